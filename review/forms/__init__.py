"""Forms of the review: advice and conversation; checklist, return, meetings, motions, decision."""

from review.forms.advice import AdviceForm, GermanForm, MessageForm, NoteForm, ProposalForm, WrongForm
from review.forms.decision import DecisionForm, ReleaseForm
from review.forms.documents import BoardNoteForm
from review.forms.procedure import (
    BiasForm,
    ChecklistForm,
    ExcludeForm,
    MeetingForm,
    MeetingSearchForm,
    MotionForm,
    PresentForm,
    ReasonForm,
    ReturnForm,
    SearchForm,
    VersionForm,
)
from review.forms.provisions import ProvisionForm

__all__ = [
    "AdviceForm",
    "BiasForm",
    "BoardNoteForm",
    "ChecklistForm",
    "DecisionForm",
    "ExcludeForm",
    "GermanForm",
    "MeetingForm",
    "MeetingSearchForm",
    "MessageForm",
    "MotionForm",
    "NoteForm",
    "PresentForm",
    "ProposalForm",
    "ProvisionForm",
    "ReasonForm",
    "ReleaseForm",
    "ReturnForm",
    "SearchForm",
    "VersionForm",
    "WrongForm",
]
