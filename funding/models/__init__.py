"""What the whole site stands on: towns, people and their roles, programmes, the event log, the outbox."""

from funding.models.events import Counter, Event, EventDetails, EventHead
from funding.models.outbox import Message, MessageQuerySet, Reminder, addresses
from funding.models.people import Absence, Assignment, User, UserManager
from funding.models.programmes import DEFAULT_CHECKLIST, Category, Programme, ProgrammeQuerySet, Round, RoundQuerySet
from funding.models.towns import MAX_CENTS, Municipality, Tenant, cents_field, token

__all__ = [
    "DEFAULT_CHECKLIST",
    "MAX_CENTS",
    "Absence",
    "Assignment",
    "Category",
    "Counter",
    "Event",
    "EventDetails",
    "EventHead",
    "Message",
    "MessageQuerySet",
    "Municipality",
    "Programme",
    "ProgrammeQuerySet",
    "Reminder",
    "Round",
    "RoundQuerySet",
    "Tenant",
    "User",
    "UserManager",
    "addresses",
    "cents_field",
    "token",
]
