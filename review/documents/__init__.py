"""Texts of the review: invitation, dossier, decision letters and their mails, from finished objects."""

from review.documents.dossier import (
    CaseFile,
    case_blocks,
    case_files,
    dossier_blocks,
    dossier_files,
    dossier_pdf,
    fingerprint,
)
from review.documents.letters import award_blocks, decision_letter, rejection_blocks
from review.documents.mails import decision_mail, invitation_mail, news_mail
from review.documents.provisions import FROM_CASE, PLACEHOLDERS, asked_in, case_values, finished

__all__ = [
    "FROM_CASE",
    "PLACEHOLDERS",
    "CaseFile",
    "asked_in",
    "award_blocks",
    "case_blocks",
    "case_files",
    "case_values",
    "decision_letter",
    "decision_mail",
    "dossier_blocks",
    "dossier_files",
    "dossier_pdf",
    "fingerprint",
    "finished",
    "invitation_mail",
    "news_mail",
    "rejection_blocks",
]
