"""Texts and files about money: mails, the settlement letter, the file for the bank or the finance system."""

from budgets.documents.files import payment_file, payment_order_pdf
from budgets.documents.letters import revocation_letter, settlement_letter
from budgets.documents.mails import (
    extension_mail,
    payment_purpose,
    payment_returned_mail,
    proof_receipt_mail,
    proof_reminder_mail,
    revocation_mail,
    settlement_mail,
)

__all__ = [
    "extension_mail",
    "payment_file",
    "payment_order_pdf",
    "payment_purpose",
    "payment_returned_mail",
    "proof_receipt_mail",
    "proof_reminder_mail",
    "revocation_letter",
    "revocation_mail",
    "settlement_letter",
    "settlement_mail",
]
