"""Verbs of a meeting: call it, say who is there, end it."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.workflow import State
from funding import clock, outbox
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import Programme
from funding.policies import is_officer
from review import documents, policies
from review.models import Attendance, BiasDeclaration, BoardItem, BoardMember, Meeting, Motion
from review.operations.bias import note_exclusion
from review.operations.body import Body
from review.operations.items import end_item, seat_of


def serving(programme: Programme, day: date) -> list[BoardMember]:
    """Who sits on the board on a day, chair first."""
    rank = {position: place for place, position in enumerate(BoardMember.Position.values)}
    members = programme.board_members.filter(user__is_active=True).select_related("user")
    return sorted((m for m in members if m.is_serving(day)), key=lambda m: (rank[m.position], m.pk))


def without_quorum(meeting: Meeting) -> list[BoardItem]:
    """The items a second meeting may take up: the board never came to a result on them, too few could vote."""
    if meeting.is_written:
        return []
    items = meeting.items.with_case().with_board().filter(application__state=State.ADMITTED, recommendations=None)
    return [
        item
        for item in items
        if not any(m.carried for m in item.motions.all()) and not Body(item).is_quorate(item.meeting)
    ]


@writes
def call_meeting(
    programme: Programme,
    applications: list[Application],
    *,
    by: Any,
    held_on: date,
    place: str = "",
    kind: str = Meeting.Kind.MEETING,
    repeats: Meeting | None = None,
) -> Meeting:
    """Invite all serving members to a meeting (or a written procedure) on these cases.

    `repeats` is the meeting without quorum whose items this one takes up again, exactly those (§ 90 (2) VwVfG: the
    invitation says that it will be quorate regardless). Who was excluded from a case stays excluded. Raises Refused
    for a day in the past, no case, a case that is not admitted or already on an open agenda, a board without members,
    other items than the first meeting's.
    """
    if not is_officer(programme, by):
        raise PermissionDenied("only the officer calls a meeting")
    if held_on < clock.today():
        raise Refused(_("The day of the meeting lies in the past."))
    if not applications:
        raise Refused(_("Please choose at least one application for the agenda."))
    members = serving(programme, held_on)
    if not members:
        raise Refused(_("The board has no members yet."))
    cases = {pk: lock(Application(pk=pk)) for pk in sorted(a.pk for a in applications)}
    if repeats is not None:
        _take_over(repeats, set(cases), kind, by=by)
    meeting = Meeting(
        municipality_id=programme.municipality_id,
        programme=programme,
        kind=kind,
        held_on=held_on,
        place=place,
        invited_at=clock.now(),
        repeats=repeats,
    )
    save_with_history(meeting, by=by, reason="call")
    for member in members:
        seat = Attendance(municipality_id=programme.municipality_id, meeting=meeting, member=member)
        save_with_history(seat, by=by, reason="call")
    for position, application in enumerate(applications, start=1):
        _put_on_agenda(meeting, cases[application.pk], position, by=by)
    record(programme.municipality_id, "meeting.call", meeting, by=by, details={"held_on": held_on.isoformat()})
    to = sorted((m.user.email, m.user.language) for m in members)
    outbox.post("invitation", to=to, about=meeting, text=lambda: documents.invitation_mail(meeting))
    return meeting


def _take_over(first: Meeting, cases: set[int], kind: str, *, by: Any) -> None:
    """End the items of the meeting that was not quorate; the second one takes them up."""
    Meeting.objects.select_for_update().get(pk=first.pk)
    items = without_quorum(first)
    if kind != Meeting.Kind.MEETING or cases != {item.application_id for item in items}:
        raise Refused(_("A second meeting takes up exactly the cases for which the first one was not quorate."))
    if first.held_on > clock.today():
        raise Refused(_("The first meeting has not been held yet."))
    for item in items:
        if item.closed_at is None:
            end_item(item, by=by, reason="not quorate")


def _put_on_agenda(meeting: Meeting, application: Application, position: int, *, by: Any) -> None:
    on_another = application.board_items.filter(closed_at=None).exists()
    if application.programme_id != meeting.programme_id or application.state != State.ADMITTED or on_another:
        raise Refused(_("“%s” cannot go on this agenda.") % application)
    item = BoardItem(
        municipality_id=meeting.municipality_id, meeting=meeting, application=application, position=position
    )
    save_with_history(item, by=by, reason="call")
    earlier = BiasDeclaration.objects.filter(
        item__application=application, biased=True, member__attendance__meeting=meeting
    )
    for member_id, reason in dict(earlier.order_by("pk").values_list("member_id", "reason")).items():
        note_exclusion(item, member_id, reason=reason, by=by)


@writes
def mark_present(meeting: Meeting, members: set[int], *, by: Any) -> None:
    """Write down who is there (member ids); only they vote. Chair, deputy or officer.

    Raises Refused when the meeting is over, is a written procedure, or while a motion is open: who votes on it must
    not change under way.
    """
    if not policies.may_manage(meeting, seat_of(meeting, by), by):
        raise PermissionDenied("only the chair or the officer marks who is present")
    fresh = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if fresh.is_written:
        raise Refused(_("Nobody is present in a written procedure."))
    if fresh.closed_at is not None:
        raise Refused(_("This meeting is over."))
    if Motion.objects.filter(item__meeting=fresh, closed_at=None).exists():
        raise Refused(_("A vote is under way. Please close the motion first."))
    for seat in fresh.attendance.all():
        if seat.present != (seat.member_id in members):
            seat.present = not seat.present
            save_with_history(seat, by=by, reason="present")
    record(fresh.municipality_id, "meeting.present", fresh, by=by, details={"members": sorted(members)})


@writes
def end_meeting(meeting: Meeting, *, by: Any) -> Meeting:
    """The meeting is over: cases without a result can go on the next agenda. Raises Refused while a motion is open."""
    if not policies.may_manage(meeting, seat_of(meeting, by), by):
        raise PermissionDenied("only the chair or the officer ends a meeting")
    for pk in meeting.items.order_by("application").values_list("application", flat=True):
        lock(Application(pk=pk))
    fresh = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if fresh.closed_at is not None:
        raise Refused(_("This meeting is over."))
    if Motion.objects.filter(item__meeting=fresh, closed_at=None).exists():
        raise Refused(_("A vote is under way. Please close the motion first."))
    for item in fresh.items.filter(closed_at=None):
        item.closed_at = clock.now()
        save_with_history(item, by=by, reason="no result")
    fresh.closed_at = clock.now()
    save_with_history(fresh, by=by, reason="end")
    record(fresh.municipality_id, "meeting.end", fresh, by=by)
    return fresh
