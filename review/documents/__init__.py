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

__all__ = [
    "CaseFile",
    "award_blocks",
    "case_blocks",
    "case_files",
    "decision_letter",
    "decision_mail",
    "dossier_blocks",
    "dossier_files",
    "dossier_pdf",
    "fingerprint",
    "invitation_mail",
    "news_mail",
    "rejection_blocks",
]
