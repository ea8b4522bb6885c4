"""What is thought of an application: advice, formal check, the board's votes, recommendation, decision."""

from review.models.advice import Advice, InternalNote
from review.models.board import (
    Attendance,
    BiasDeclaration,
    BoardItem,
    BoardItemQuerySet,
    BoardMember,
    Meeting,
    MeetingQuerySet,
    Motion,
    Recommendation,
    Ruling,
    Vote,
    still_seated,
)
from review.models.check import CheckResult, ConceptFit, facts_mark
from review.models.conversation import Attachment, Proposal, Reading, Remark
from review.models.cuts import CostCut, admitted_plan, admitted_result, cuts_of
from review.models.decision import Decision, DecisionQuerySet
from review.models.deliberation import BoardComment, PrivateNote
from review.models.documents import BoardList, Dossier, Minutes, MinutesSignature, latest_list, sha256
from review.models.provisions import Provision, ProvisionQuerySet

__all__ = [
    "Advice",
    "Attachment",
    "Attendance",
    "BiasDeclaration",
    "BoardComment",
    "BoardItem",
    "BoardItemQuerySet",
    "BoardList",
    "BoardMember",
    "CheckResult",
    "ConceptFit",
    "CostCut",
    "Decision",
    "DecisionQuerySet",
    "Dossier",
    "InternalNote",
    "Meeting",
    "MeetingQuerySet",
    "Minutes",
    "MinutesSignature",
    "Motion",
    "PrivateNote",
    "Proposal",
    "Provision",
    "ProvisionQuerySet",
    "Reading",
    "Recommendation",
    "Remark",
    "Ruling",
    "Vote",
    "admitted_plan",
    "admitted_result",
    "cuts_of",
    "facts_mark",
    "latest_list",
    "sha256",
    "still_seated",
]
