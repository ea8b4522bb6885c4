"""What an item comes to: recommendation, deferral, no recommendation; and the moves of the case that undo it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from funding import clock
from funding.gate import Refused, carries, perform, save_with_history, writes
from funding.policies import is_officer
from review.models import BoardItem, Motion, Recommendation
from review.operations.body import Body
from review.operations.decision import drop_decision
from review.operations.items import assert_leads, end_item, lock_item


@writes
def finish_item(item: BoardItem, *, by: Any, reason: str) -> Recommendation | None:
    """End the item: the first carried motion is the recommendation; none carried = not recommended.

    A carried motion to defer defers the case (None is returned). Raises Refused without a reason, while a motion is
    open, or before any that counts was put.
    """
    fresh = lock_item(item)
    assert_leads(fresh, Body(fresh), by)
    motions = [motion for motion in fresh.motions.all() if not motion.void]
    if fresh.closed_at is not None:
        raise Refused(_("The board has already finished this case."))
    if not motions or any(motion.is_open for motion in motions):
        raise Refused(_("Please put a motion to the vote and close it first."))
    if not reason.strip():
        raise Refused(_("Please write down the board's reason: the decision rests on it."))
    carried = next((motion for motion in motions if motion.carried), None)
    if carried is None and all(motion.defers for motion in motions):
        raise Refused(_("The board did not defer this case. Please put a motion on the grant."))
    end_item(fresh, by=by, reason="finish")
    if carried is not None and carried.defers:
        perform(fresh.application, "defer", by=by, reason=reason)
        return None
    kind = Recommendation.Kind.FUND if carried else Recommendation.Kind.DO_NOT_FUND
    return _recommend(fresh, kind, by=by, motion=carried, reason=reason)


@writes
def go_on_without(item: BoardItem, *, by: Any, reason: str) -> Recommendation:
    """No unbiased voter is left: the case goes on without recommendation, and the minutes say why.

    Either nobody who may vote came to a second meeting, or all members with a vote, substitutes too, are excluded.
    """
    fresh = lock_item(item)
    if not is_officer(fresh, by):
        raise PermissionDenied("only the officer")
    if fresh.closed_at is not None:
        raise Refused(_("The board has already finished this case."))
    if not may_go_on_without(fresh):
        raise Refused(_("There are members who can vote on this case, in this meeting or in a second one."))
    if not reason.strip():
        raise Refused(_("Please give the reason: it stands in the minutes."))
    end_item(fresh, by=by, reason="no voter")
    return _recommend(fresh, Recommendation.Kind.NONE, by=by, motion=None, reason=reason)


def may_go_on_without(item: BoardItem) -> bool:
    """The board cannot advise on this item: nobody is left to vote."""
    body, meeting = Body(item), item.meeting
    in_vain = meeting.repeats_id is not None and meeting.held_on <= clock.today() and not body.voters
    return in_vain or body.all_are_biased


def _recommend(item: BoardItem, kind: str, *, by: Any, motion: Motion | None, reason: str) -> Recommendation:
    recommendation = Recommendation(
        municipality_id=item.municipality_id,
        application=item.application,
        item=item,
        kind=kind,
        amount_cents=motion.amount_cents if motion else 0,
        conditions=motion.conditions if motion else "",
        reason=reason,
        made_at=clock.now(),
    )
    save_with_history(recommendation, by=by, reason=kind)
    perform(item.application, "recommend", by=by, reason=reason)
    return recommendation


@carries(Application, "skip_board")
@writes
def skip_board(application: Application, *, by: Any, version: int | None = None, reason: str) -> Application:
    """A small sum goes to the decider without the board, where the programme allows it; that is recorded as such."""
    fresh = perform(application, "skip_board", by=by, version=version, reason=reason)
    recommendation = Recommendation(
        municipality_id=fresh.municipality_id,
        application=fresh,
        kind=Recommendation.Kind.SKIPPED,
        reason=reason,
        made_at=clock.now(),
    )
    save_with_history(recommendation, by=by, reason="skip_board")
    return fresh


@carries(Application, "give_back")
@writes
def give_back(application: Application, *, by: Any, version: int | None = None, reason: str) -> Application:
    """The board has to vote again: the recommendation no longer counts, a prepared decision falls."""
    fresh = perform(application, "give_back", by=by, version=version, reason=reason)
    for recommendation in fresh.recommendations.filter(superseded=False):
        recommendation.superseded = True
        save_with_history(recommendation, by=by, reason=reason)
    drop_decision(fresh, by=by, reason=reason)
    return fresh


@carries(Application, "withdraw")
@writes
def withdraw(application: Application, *, by: Any, version: int | None = None, reason: str) -> Application:
    """The applicant takes the application back: its ballot is void, a prepared decision falls, its money is free."""
    fresh = perform(application, "withdraw", by=by, version=version, reason=reason)
    _take_off_agenda(fresh, by=by, reason="withdraw")
    drop_decision(fresh, by=by, reason=reason)
    return fresh


@carries(Application, "reopen_check")
@writes
def reopen_check(application: Application, *, by: Any, version: int | None = None, reason: str) -> Application:
    """The formal check goes on: the case leaves the agenda it is on, and a ballot under way is void."""
    fresh = perform(application, "reopen_check", by=by, version=version, reason=reason)
    _take_off_agenda(fresh, by=by, reason="reopen_check")
    return fresh


def _take_off_agenda(application: Application, *, by: Any, reason: str) -> None:
    for item in application.board_items.filter(closed_at=None):
        end_item(item, by=by, reason=reason)
