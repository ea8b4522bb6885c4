"""What every verb about an item of the agenda needs: seats, locks, void ballots, the end of an item.

Lock order: case, meeting, item; then the budget year and the head of the event chain.
"""

from typing import Any

from django.core.exceptions import PermissionDenied

from applications.models import Application
from funding import clock
from funding.gate import lock, record, save_with_history, writes
from funding.policies import is_board_member
from review import policies
from review.models import BoardItem, BoardMember, Meeting
from review.operations.body import Body


def seat_of(meeting: Meeting, user: Any) -> BoardMember | None:
    """The person's own seat in this meeting, or None."""
    return BoardMember.objects.filter(attendance__meeting=meeting, user=user).select_related("user").first()


def member_of(meeting: Meeting, user: Any) -> BoardMember:
    """The person's own seat in this meeting. Raises PermissionDenied for everybody else."""
    seat = seat_of(meeting, user)
    if seat is None or seat.has_left(clock.today()) or not is_board_member(meeting, user):
        raise PermissionDenied("not a member of this meeting")
    return seat


def lock_item(item: BoardItem) -> BoardItem:
    """The item as the database has it now, with its case and its meeting locked first (lock order)."""
    lock(Application(pk=item.application_id))
    Meeting.objects.select_for_update().get(pk=item.meeting_id)
    return BoardItem.objects.select_for_update(of=("self",)).with_case().with_board().get(pk=item.pk)


def assert_leads(item: BoardItem, body: Body, user: Any) -> None:
    if not policies.may_lead(item, body.leader, user):
        raise PermissionDenied("only who leads this item, or the officer who keeps the minutes")


@writes
def void(item: BoardItem, *, by: Any, reason: str, only_open: bool = False) -> None:
    """Ballots that do not count. Votes on an open motion are never counted or shown: they are removed."""
    for motion in item.motions.select_for_update(of=("self",)).filter(void=False):
        if only_open and not motion.is_open:
            continue
        if motion.is_open:
            motion.votes.all().delete()
            motion.closed_at = clock.now()
        motion.void, motion.carried = True, None
        save_with_history(motion, by=by, reason=reason)
        record(item.municipality_id, "motion.void", motion, by=by)


@writes
def end_item(item: BoardItem, *, by: Any, reason: str) -> None:
    """The item is over; an open ballot on it is void, and the last item ends the meeting."""
    void(item, by=by, reason=reason, only_open=True)
    item.closed_at = clock.now()
    save_with_history(item, by=by, reason=reason)
    meeting = Meeting.objects.select_for_update().get(pk=item.meeting_id)
    if meeting.closed_at is None and not meeting.items.filter(closed_at=None).exists():
        meeting.closed_at = clock.now()
        save_with_history(meeting, by=by, reason="end")
