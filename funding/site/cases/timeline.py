"""What happened in a case, from the event log: each reader's own choice of it, in words."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from funding.models import Event, EventDetails, User
from funding.policies import Role
from funding.site import words

if TYPE_CHECKING:
    from funding.site.cases.page import CasePage


@dataclass(frozen=True)
class Entry:
    """One entry of the timeline."""

    when: datetime.datetime
    what: Any
    who: str
    note: str = ""


def timeline_of(page: "CasePage") -> list[Entry]:
    """What happened, the newest first, each reader's own choice of it, in words."""
    kinds = dict(words.PUBLIC)
    if not page.reader.is_member:
        kinds |= words.PARTIES
    if page.reader.is_inside:
        kinds |= words.INSIDE
    events = list(
        Event.objects.filter(_subjects(page), municipality=page.application.municipality_id, kind__in=kinds).order_by(
            "-number"
        )
    )
    people = User.objects.in_bulk({event.actor for event in events if event.actor})
    notes = _notes(page, events)
    return [Entry(event.at, kinds[event.kind], _who(page, event, people), notes.get(event.pk, "")) for event in events]


def _subjects(page: "CasePage") -> Q:
    found = Q(subject="applications.application", subject_id=page.application.pk)
    letters = [letter.pk for letter in page.letters]
    found |= Q(subject="applications.letter", subject_id__in=letters)
    if page.grant is not None:
        found |= Q(subject="budgets.grant", subject_id=page.grant.pk)
        found |= Q(subject="budgets.payment", subject_id__in=[payment.pk for payment in page.payments])
        found |= Q(subject="budgets.usageproof", subject_id__in=[proof.pk for proof in page.grant.proofs.all()])
        repaid = [repayment.pk for repayment in page.grant.repayments.all()]
        found |= Q(subject="budgets.repayment", subject_id__in=repaid)
    if page.decision is not None and page.reader.is_inside:
        found |= Q(subject="review.decision", subject_id=page.decision.pk)
    return found


def _notes(page: "CasePage", events: list[Event]) -> dict[int, str]:
    """The reasons people typed: for those inside only."""
    if not page.reader.is_inside:
        return {}
    rows = EventDetails.objects.filter(event__in=[event.pk for event in events], erased=False)
    return {row.event_id: str(row.details.get("reason", "")) for row in rows}


def _who(page: "CasePage", event: Event, people: dict[int, User]) -> str:
    """Applicants read what somebody is for the town, staff read names."""
    if event.actor == 0:
        return _("The platform")
    if event.actor == page.user.pk:
        return _("You")
    if not page.reader.is_applicant:
        return str(people.get(event.actor, ""))
    if event.role == "applicant":
        return _("Your group")
    labels = dict(Role.choices)
    return ", ".join(str(labels[role]) for role in event.role.split("+") if role in labels)
