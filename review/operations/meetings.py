"""Verbs of a meeting: call it, move it, cancel it, say who is there, end it."""

from collections.abc import Iterable
from datetime import date, time
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.workflow import State
from funding import clock, outbox
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import Programme
from funding.policies import is_officer, is_withheld
from review import documents, policies, rules
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
    if meeting.is_written or meeting.cancelled_at is not None:
        return []
    items = meeting.items.filter(application__state=State.ADMITTED, recommendations=None, taken_off=False)
    return [
        item
        for item in items.with_parties().with_board()
        if not any(m.carried for m in item.motions.all()) and not Body(item).is_quorate(item.meeting)
    ]


@writes
def call_meeting(
    programme: Programme,
    applications: list[Application],
    *,
    by: Any,
    held_on: date,
    begins: time | None = None,
    place: str = "",
    kind: str = Meeting.Kind.MEETING,
    repeats: Meeting | None = None,
) -> Meeting:
    """Invite all serving members to a meeting (or a written procedure) on these cases.

    `repeats` is the meeting without quorum whose items this one takes up again, exactly those (§ 90 (2) VwVfG: the
    invitation says that it will be quorate regardless). Who was excluded from a case stays excluded. An invitation
    later than the period of notice is noted. Raises Refused for a day in the past, no case, a case that is not admitted
    or already on an open agenda, a board without members, other items than the first meeting's.
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
        begins=begins,
        place=place,
        repeats=repeats,
    )
    _invited_now(meeting)
    save_with_history(meeting, by=by, reason="call")
    for member in members:
        _seat(meeting, member, by=by)
    for position, application in enumerate(applications, start=1):
        put_on_agenda(meeting, cases[application.pk], position, by=by)
    record(programme.municipality_id, "meeting.call", meeting, by=by, details={"held_on": held_on.isoformat()})
    tell(meeting, members)
    return meeting


def _invited_now(meeting: Meeting) -> None:
    """The period of notice begins with the invitation that names this day."""
    meeting.invited_at = clock.now()
    meeting.short_notice = rules.is_short_notice(
        invited_on=clock.today(), held_on=meeting.held_on, days=meeting.programme.notice_days
    )


def _seat(meeting: Meeting, member: BoardMember, *, by: Any) -> None:
    seat = Attendance(municipality_id=meeting.municipality_id, meeting=meeting, member=member)
    save_with_history(seat, by=by, reason="call")


@writes
def tell(meeting: Meeting, members: Iterable[BoardMember], *, occasion: str = "invitation") -> None:
    """Mail each of these members in their language, with their own link."""
    kind = occasion if occasion == "invitation" else f"meeting-{occasion}"
    for member in sorted(members, key=lambda m: m.user.email):
        user = member.user
        outbox.post(
            kind, to=[(user.email, user.language)], about=meeting, text=partial(_text, meeting, user, occasion=occasion)
        )


def _text(meeting: Meeting, user: Any, *, occasion: str) -> tuple[str, str]:
    if occasion == "cancelled":
        return documents.cancellation_mail(meeting)
    return documents.invitation_mail(meeting, user, occasion=occasion)


def invited(meeting: Meeting) -> list[BoardMember]:
    """The members who have an invitation to this meeting."""
    return [seat.member for seat in meeting.attendance.select_related("member__user")]


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


@writes
def put_on_agenda(meeting: Meeting, application: Application, position: int, *, by: Any) -> None:
    """A case comes (or comes back) on an agenda; who was excluded from it stays excluded. Raises Refused."""
    on_another = application.board_items.filter(closed_at=None).exists()
    on_another |= is_withheld(application, by)
    if application.programme_id != meeting.programme_id or application.state != State.ADMITTED or on_another:
        raise Refused(_("“%s” cannot go on this agenda.") % application)
    item = meeting.items.filter(application=application).first() or BoardItem(
        municipality_id=meeting.municipality_id, meeting=meeting, application=application
    )
    item.position, item.closed_at, item.taken_off = position, None, False
    save_with_history(item, by=by, reason="call")
    earlier = BiasDeclaration.objects.filter(
        item__application=application, biased=True, member__attendance__meeting=meeting
    )
    for member_id, reason in dict(earlier.order_by("pk").values_list("member_id", "reason")).items():
        note_exclusion(item, member_id, reason=reason, by=by)


# --- Move and cancel --------------------------------------------------------------------------------------------------


@writes
def move_meeting(meeting: Meeting, *, by: Any, held_on: date, begins: time | None = None, place: str = "") -> Meeting:
    """Another day, time or place; everybody is invited anew. Raises Refused once the board has voted or met."""
    fresh = lock_untouched(meeting, by=by)
    if held_on < clock.today():
        raise Refused(_("The day of the meeting lies in the past."))
    if fresh.repeats is not None and held_on < fresh.repeats.held_on:
        raise Refused(_("The second meeting cannot be before the first one."))
    if (held_on, begins, place) == (fresh.held_on, fresh.begins, fresh.place):
        raise Refused(_("Day, time and place are as before. Nobody was written to."))
    fresh.held_on, fresh.begins, fresh.place = held_on, begins, place
    fresh.sequence += 1
    _invited_now(fresh)
    save_with_history(fresh, by=by, reason="move")
    for seat in fresh.attendance.filter(present=True):
        seat.present = False
        save_with_history(seat, by=by, reason="move")
    added = match_seats(fresh, by=by)
    record(fresh.municipality_id, "meeting.move", fresh, by=by, details={"held_on": held_on.isoformat()})
    tell(fresh, [m for m in invited(fresh) if m not in added], occasion="moved")
    tell(fresh, added)
    return fresh


@writes
def cancel_meeting(meeting: Meeting, *, by: Any, reason: str) -> Meeting:
    """It does not take place; its cases can go on another agenda. Raises Refused without a reason, or once voted."""
    fresh = lock_untouched(meeting, by=by)
    if not reason.strip():
        raise Refused(_("Please say why the meeting does not take place: the members read it."))
    for item in fresh.items.filter(closed_at=None):
        item.closed_at = clock.now()
        save_with_history(item, by=by, reason="cancel")
    fresh.cancelled_at = fresh.closed_at = clock.now()
    fresh.cancel_reason = reason
    fresh.sequence += 1
    save_with_history(fresh, by=by, reason="cancel")
    record(fresh.municipality_id, "meeting.cancel", fresh, by=by)
    tell(fresh, invited(fresh), occasion="cancelled")
    return fresh


def lock_untouched(meeting: Meeting, *, by: Any, cases: Iterable[int] = ()) -> Meeting:
    """The meeting, locked with its cases (and more `cases`), on which nothing was put to the vote yet; else Refused."""
    if not is_officer(meeting, by):
        raise PermissionDenied("only the officer changes a meeting")
    for pk in sorted({*meeting.items.values_list("application", flat=True), *cases}):
        lock(Application(pk=pk))
    fresh = Meeting.objects.select_for_update(of=("self",)).select_related("programme", "repeats").get(pk=meeting.pk)
    if fresh.cancelled_at is not None:
        raise Refused(_("This meeting was cancelled."))
    if fresh.closed_at is not None:
        raise Refused(_("This meeting is over."))
    if Motion.objects.filter(item__meeting=fresh).exists():
        raise Refused(_("The board has begun to vote. Please end the meeting instead; open cases can go on the next."))
    return fresh


@writes
def match_seats(meeting: Meeting, *, by: Any) -> list[BoardMember]:
    """Those who serve on the day of the meeting are invited, and nobody else; the members who are new in it."""
    wanted = {member.pk: member for member in serving(meeting.programme, meeting.held_on)}
    known = {seat.member_id: seat for seat in meeting.attendance.all()}
    for pk, seat in known.items():
        if pk not in wanted:
            seat._history_user = by  # type: ignore[attr-defined]
            seat.delete()
    added = [member for pk, member in wanted.items() if pk not in known]
    for member in added:
        _seat(meeting, member, by=by)
    return added


# --- Hold it ----------------------------------------------------------------------------------------------------------


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
