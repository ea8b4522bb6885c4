"""Verbs of the board's seats: give one, change it, end it; open meetings follow."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from funding import clock
from funding.gate import Refused, record, save_with_history, writes
from funding.models import Assignment, Programme, User
from funding.policies import Role
from review import policies
from review.models import BoardMember, Meeting, Motion
from review.operations.meetings import match_seats, tell

Position = BoardMember.Position


@writes
def give_seat(programme: Programme, *, by: Any, email: str, name: str, **values: Any) -> BoardMember:
    """Somebody joins the board; the account and the role are made if they lack. `values`: as in `change_seat`.

    Whoever has left may come back: it is the same seat with a new term. A name is written only where none stands yet.
    Raises Refused for somebody who sits on the board already, who decides for the town, and as `change_seat`.
    """
    if not policies.may_seat(programme, by):
        raise PermissionDenied("only the officer or the administrator gives seats")
    town = programme.municipality
    user = User.objects.with_address(email, name=name, demo=town.demo)
    if not user.name:
        user.name = name
        user.save(update_fields=["name"])
    if Role.DECIDER in user.roles_in(town.pk):
        raise Refused(_("This person decides for the town, and so cannot sit on the board."))
    seat = BoardMember.objects.filter(programme=programme, user=user).first()
    if seat is not None and not seat.has_left(clock.today()):
        raise Refused(_("This person already has a seat on this board."))
    if Role.BOARD not in user.roles_in(town.pk):
        role = Assignment(municipality=town, user=user, role=Role.BOARD)
        save_with_history(role, by=by, reason="give")
        record(town.pk, "role.give", role, by=by, details={"user": user.pk, "role": Role.BOARD})
    return _write(seat or BoardMember(municipality=town, programme=programme, user=user), "give", by=by, **values)


@writes
def change_seat(seat: BoardMember, *, by: Any, **values: Any) -> BoardMember:
    """Another position, vote, term or other affiliations; `until` ends the seat.

    `values`: position, votes, affiliations (names of organisations), since, until. Raises Refused for a term that ends
    before it begins, or for a second chair.
    """
    if not policies.may_seat(seat, by):
        raise PermissionDenied("only the officer or the administrator changes seats")
    fresh = BoardMember.objects.select_for_update(of=("self",)).select_related("programme", "user").get(pk=seat.pk)
    return _write(fresh, "change", by=by, **values)


def _write(
    seat: BoardMember,
    what: str,
    *,
    by: Any,
    position: str,
    votes: bool,
    affiliations: list[str],
    since: date,
    until: date | None,
) -> BoardMember:
    if until is not None and until < since:
        raise Refused(_("The term ends before it begins. Please check both days."))
    seat.position, seat.votes, seat.affiliations, seat.since, seat.until = position, votes, affiliations, since, until
    if position == Position.CHAIR and _other_chairs(seat).exists():
        raise Refused(_("There is already a chair in this time. Please end or change that seat first."))
    save_with_history(seat, by=by, reason=what)
    record(seat.municipality_id, f"seat.{what}", seat, by=by, details={"position": position})
    _follow(seat.programme, by=by)
    return seat


def _other_chairs(seat: BoardMember) -> Any:
    others = seat.programme.board_members.filter(position=Position.CHAIR).exclude(pk=seat.pk)
    others = others.filter(Q(until=None) | Q(until__gte=seat.since))
    return others.filter(since__lte=seat.until) if seat.until else others


def _follow(programme: Programme, *, by: Any) -> None:
    """Meetings to come invite who serves on their day, as long as nothing was put to the vote there."""
    begun = Motion.objects.filter(item__meeting__programme=programme).values("item__meeting")
    open_meetings = Meeting.objects.select_for_update(of=("self",)).select_related("programme")
    for meeting in open_meetings.filter(programme=programme, closed_at=None, held_on__gte=clock.today()).exclude(
        pk__in=begun
    ):
        tell(meeting, match_seats(meeting, by=by))
