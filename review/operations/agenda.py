"""The agenda of a meeting that was called: cases added, taken off, put in another order."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.models import Application
from funding import clock
from funding.gate import Refused, record, save_with_history, writes
from review.models import Meeting
from review.operations.meetings import invited, lock_untouched, put_on_agenda, tell


@writes
def change_agenda(meeting: Meeting, cases: list[int], *, by: Any) -> Meeting:
    """These cases (ids), in this order. The members are told when cases came or went, not about an order.

    Raises Refused once something was put to the vote, for an empty agenda, for other cases in a second meeting, and
    for a case that cannot be on this agenda.
    """
    fresh = lock_untouched(meeting, by=by, cases=cases)
    items = {item.application_id: item for item in fresh.items.filter(closed_at=None)}
    if not cases:
        raise Refused(_("An agenda needs at least one case. If there is none, please cancel the meeting."))
    changed = set(cases) != set(items)
    if changed and fresh.repeats_id is not None:
        raise Refused(_("A second meeting takes up exactly the cases for which the first one was not quorate."))
    for position, pk in enumerate(cases, start=1):
        if pk not in items:
            put_on_agenda(fresh, Application.objects.get(pk=pk), position, by=by)
        elif items[pk].position != position:
            items[pk].position = position
            save_with_history(items[pk], by=by, reason="order")
    for pk, item in items.items():
        if pk not in cases:
            item.closed_at, item.taken_off = clock.now(), True
            item.position = len(cases) + 1
            save_with_history(item, by=by, reason="take off")
    record(fresh.municipality_id, "meeting.agenda", fresh, by=by, details={"cases": cases})
    if changed:
        tell(fresh, invited(fresh), occasion="agenda")
    return fresh
