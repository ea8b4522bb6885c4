"""Texts and documents about an application, from finished objects: mails, the receipt, the sheet of its letters."""

from applications.documents.counter import agreement_pdf, read_back_pdf
from applications.documents.letters import (
    PROCEDURE_ACTS,
    Parts,
    blocks_of,
    case_letter,
    case_values,
    decider_part,
    german_day,
    german_moment,
    greeting,
    joined,
    missing_parts,
    office_of,
    remedy_part,
)
from applications.documents.mails import (
    answer_reminder_mail,
    closing,
    confirmation_code_mail,
    early_start_mail,
    german_mail,
    invitation_mail,
    receipt_mail,
    return_mail,
    time_mail,
)
from applications.documents.receipt import receipt_of_mail, receipt_pdf
from applications.documents.texts import LetterTexts

__all__ = [
    "PROCEDURE_ACTS",
    "LetterTexts",
    "Parts",
    "agreement_pdf",
    "answer_reminder_mail",
    "blocks_of",
    "case_letter",
    "case_values",
    "closing",
    "confirmation_code_mail",
    "decider_part",
    "early_start_mail",
    "german_day",
    "german_mail",
    "german_moment",
    "greeting",
    "invitation_mail",
    "joined",
    "missing_parts",
    "office_of",
    "read_back_pdf",
    "receipt_mail",
    "receipt_of_mail",
    "receipt_pdf",
    "remedy_part",
    "return_mail",
    "time_mail",
]
