"""Texts of the review: invitation, dossier, decision letters and their mails, from finished objects."""

from review.documents.calendar import file_name, meeting_file, meeting_of_mail
from review.documents.dossier import (
    CaseFile,
    case_blocks,
    case_files,
    contents,
    dossier_blocks,
    dossier_files,
    dossier_pdf,
    fingerprint,
)
from review.documents.letters import award_blocks, decision_letter, rejection_blocks
from review.documents.mails import cancellation_mail, decision_mail, invitation_mail, news_mail
from review.documents.minutes import minutes_blocks, minutes_pdf, role_of, signature_blocks, title_of
from review.documents.provisions import FROM_CASE, PLACEHOLDERS, asked_in, case_values, finished

__all__ = [
    "FROM_CASE",
    "PLACEHOLDERS",
    "CaseFile",
    "asked_in",
    "award_blocks",
    "cancellation_mail",
    "case_blocks",
    "case_files",
    "case_values",
    "contents",
    "decision_letter",
    "decision_mail",
    "dossier_blocks",
    "dossier_files",
    "dossier_pdf",
    "file_name",
    "fingerprint",
    "finished",
    "invitation_mail",
    "meeting_file",
    "meeting_of_mail",
    "minutes_blocks",
    "minutes_pdf",
    "news_mail",
    "rejection_blocks",
    "role_of",
    "signature_blocks",
    "title_of",
]
