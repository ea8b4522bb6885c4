"""Forms of the review: advice and conversation; checklist, return, meetings, motions, decision."""

from review.forms.advice import AdviceForm, GermanForm, MessageForm, NoteForm, ProposalForm, WrongForm
from review.forms.documents import BoardNoteForm
from review.forms.procedure import (
    UNFILLED,
    BiasForm,
    ChecklistForm,
    DecisionForm,
    ExcludeForm,
    MeetingForm,
    MeetingSearchForm,
    MotionForm,
    PresentForm,
    ReasonForm,
    ReturnForm,
    SearchForm,
    VersionForm,
    reasons_to_fill,
)

__all__ = [
    "UNFILLED",
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
    "ReasonForm",
    "ReturnForm",
    "SearchForm",
    "VersionForm",
    "WrongForm",
    "reasons_to_fill",
]
