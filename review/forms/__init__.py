"""Forms of the review: advice and conversation; checklist and return; the board; decision."""

from review.forms.advice import AdviceForm, GermanForm, MessageForm, NoteForm, ProposalForm, WrongForm
from review.forms.board import (
    AgendaForm,
    BiasForm,
    CancelForm,
    CommentForm,
    DoubtForm,
    ExcludeForm,
    MeetingForm,
    MeetingSearchForm,
    MotionForm,
    NewSeatForm,
    PresentForm,
    PrivateNoteForm,
    ReasonForm,
    RulingForm,
    SeatForm,
    WhenForm,
)
from review.forms.check import ChecklistForm, CompareForm, CutsForm, ReturnForm
from review.forms.decision import DecisionForm, ReleaseForm
from review.forms.documents import BoardNoteForm, CorrectionForm, LineForm, MinutesForm
from review.forms.procedure import SearchForm, VersionForm
from review.forms.provisions import ProvisionForm
from review.forms.staff import AssignForm, StaffBiasForm, WithdrawBiasForm

__all__ = [
    "AdviceForm",
    "AgendaForm",
    "AssignForm",
    "BiasForm",
    "BoardNoteForm",
    "CancelForm",
    "ChecklistForm",
    "CommentForm",
    "CompareForm",
    "CorrectionForm",
    "CutsForm",
    "DecisionForm",
    "DoubtForm",
    "ExcludeForm",
    "GermanForm",
    "LineForm",
    "MeetingForm",
    "MeetingSearchForm",
    "MessageForm",
    "MinutesForm",
    "MotionForm",
    "NewSeatForm",
    "NoteForm",
    "PresentForm",
    "PrivateNoteForm",
    "ProposalForm",
    "ProvisionForm",
    "ReasonForm",
    "ReleaseForm",
    "ReturnForm",
    "RulingForm",
    "SearchForm",
    "SeatForm",
    "StaffBiasForm",
    "VersionForm",
    "WhenForm",
    "WithdrawBiasForm",
    "WrongForm",
]
