"""Organisations, their applications with plan, submissions and consents, and the files and letters of a case."""

from applications.models.applications import Application, ApplicationQuerySet
from applications.models.bias import StaffBias
from applications.models.counter import Assistance
from applications.models.files import FailedUpload, Letter, LetterQuerySet, Upload
from applications.models.hearings import Hearing
from applications.models.letter_texts import LetterText
from applications.models.organisations import INVITATION_DAYS, Invitation, LegalForm, Membership, Organisation
from applications.models.plan import CostLine, FinancingLine
from applications.models.sending import Consent, Submission
from applications.models.stationery import Stationery

__all__ = [
    "INVITATION_DAYS",
    "Application",
    "ApplicationQuerySet",
    "Assistance",
    "Consent",
    "CostLine",
    "FailedUpload",
    "FinancingLine",
    "Hearing",
    "Invitation",
    "LegalForm",
    "Letter",
    "LetterQuerySet",
    "LetterText",
    "Membership",
    "Organisation",
    "StaffBias",
    "Stationery",
    "Submission",
    "Upload",
]
