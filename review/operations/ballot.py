"""Verbs of the vote: put a motion, vote, object, close; in a meeting and in writing."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from funding import clock
from funding.gate import Refused, record, save_with_history, writes
from funding.models import Programme
from funding.money import format_eur
from review import rules
from review.models import BoardItem, Motion, Vote, admitted_result
from review.operations.body import Body
from review.operations.items import assert_leads, end_item, lock_item, member_of, void


@writes
def put_motion(item: BoardItem, *, by: Any, kind: str, cents: int = 0, conditions: str = "") -> Motion:
    """Put one motion to the vote, in a meeting or (one alone) in a written procedure.

    Raises PermissionDenied for who does not lead the item, Refused: not quorate, one still open, one already carried,
    wrong order, above what is possible, the deadline of a written procedure over.
    """
    fresh = lock_item(item)
    body = Body(fresh)
    assert_leads(fresh, body, by)
    if fresh.closed_at is not None:
        raise Refused(_("The board has already finished this case."))
    leader = body.leader
    if leader is None:
        raise Refused(_("Nobody can lead this case: no member is present who declared to be unbiased."))
    _assert_can_vote(fresh, body)
    motions = list(fresh.motions.all())
    _assert_order(fresh, [m for m in motions if not m.void], kind, cents, conditions)
    motion = Motion(
        municipality_id=fresh.municipality_id,
        item=fresh,
        number=len(motions) + 1,
        kind=kind,
        amount_cents=cents if kind == Motion.Kind.FUND else 0,
        conditions=conditions if kind == Motion.Kind.FUND else "",
        led_by=leader,
        opened_at=clock.now(),
    )
    save_with_history(motion, by=by, reason="motion")
    if fresh.leader_id != leader.pk:
        fresh.leader = leader
        save_with_history(fresh, by=by, reason="lead")
    record(fresh.municipality_id, "motion.open", motion, by=by, details={"kind": kind, "cents": motion.amount_cents})
    return motion


def _assert_can_vote(item: BoardItem, body: Body) -> None:
    meeting = item.meeting
    if meeting.is_written:
        if clock.today() > meeting.held_on:
            raise Refused(_("The time of this written procedure is over."))
    elif not body.is_quorate(meeting):
        raise Refused(body.shortage)


def _assert_order(item: BoardItem, earlier: list[Motion], kind: str, cents: int, conditions: str) -> None:
    """One at a time; defer first, then the highest amount downwards; the first majority ends it."""
    if any(motion.is_open for motion in earlier):
        raise Refused(_("One motion at a time: please close the open one first."))
    if any(motion.carried for motion in earlier):
        raise Refused(_("A motion was carried: it is the recommendation. Please finish this case."))
    if item.meeting.is_written and earlier:
        raise Refused(_("A written procedure has one motion only. Please finish this case."))
    if kind == Motion.Kind.DEFER:
        if item.meeting.is_written:
            raise Refused(_("A written procedure can only vote on a grant. Any member can ask for a meeting instead."))
        if earlier:
            raise Refused(_("A motion to defer is put first."))
        return
    result = admitted_result(item.application)
    highest = min(result.highest_grant_cents, result.requested_cents)
    if not 0 < cents <= highest:
        raise Refused(_("The amount must lie above zero and may be at most %s.") % format_eur(highest))
    grants = [motion for motion in earlier if motion.kind == Motion.Kind.FUND]
    if any(motion.amount_cents < cents for motion in grants):
        raise Refused(_("Motions go from the highest amount downwards. This one is higher than the last."))
    if any((motion.amount_cents, motion.conditions) == (cents, conditions) for motion in grants):
        raise Refused(_("The board has already voted on this motion."))


@writes
def vote(motion: Motion, choice: str, *, by: Any) -> Vote:
    """Cast one vote; it stays sealed until the motion closes and can be changed until then.

    Raises Refused after closing or the deadline, or for somebody biased, undeclared or not marked present; ValueError
    for an unknown choice.
    """
    if choice not in Vote.Choice.values:
        raise ValueError(f"unknown choice: {choice}")
    item = lock_item(motion.item)
    fresh = Motion.objects.select_for_update().get(pk=motion.pk)
    member = member_of(item.meeting, by)
    _assert_open(item, fresh)
    if member not in Body(item).voters:
        raise Refused(
            _("Only members who declared not to be biased can vote.")
            if item.meeting.is_written
            else _("Only members who are marked present and not biased can vote.")
        )
    ballot, _created = Vote.objects.update_or_create(
        municipality_id=fresh.municipality_id, motion=fresh, member=member, defaults={"choice": choice}
    )
    # The event says that a vote was cast, never which: it would break the seal.
    record(fresh.municipality_id, "motion.vote", fresh, by=by)
    return ballot


def _assert_open(item: BoardItem, motion: Motion) -> None:
    if not motion.is_open:
        raise Refused(_("The vote on this motion is closed. Your vote was not counted."))
    if item.meeting.is_written and clock.today() > item.meeting.held_on:
        raise Refused(_("The time of this written procedure is over. Your vote was not counted."))


@writes
def object_to(motion: Motion, *, by: Any) -> Motion:
    """The first objection ends a written procedure and sends the case to a meeting (§ 90 (1) VwVfG)."""
    item = lock_item(motion.item)
    fresh = Motion.objects.select_for_update().get(pk=motion.pk)
    member = member_of(item.meeting, by)
    if not item.meeting.is_written:
        raise Refused(_("Only a written procedure can be objected to."))
    _assert_open(item, fresh)
    if member not in Body(item).voters:
        raise Refused(_("Only members who declared not to be biased can object."))
    fresh.objected_by = member
    save_with_history(fresh, by=by, reason="objection")
    record(fresh.municipality_id, "motion.object", fresh, by=by)
    end_item(item, by=by, reason="objection")
    return Motion.objects.get(pk=fresh.pk)


@writes
def close_motion(motion: Motion, *, by: Any) -> Motion:
    """Count the votes. Present members who did not vote count as abstaining; in writing silence is no vote.

    A written procedure closes after its deadline, or when every entitled member has voted; without the quorum of
    returned votes the motion is void and the case goes to a meeting. Raises Refused when closed or too early.
    """
    item = lock_item(motion.item)
    fresh = Motion.objects.select_for_update().get(pk=motion.pk)
    body = Body(item)
    assert_leads(item, body, by)
    if not fresh.is_open:
        raise Refused(_("This motion is already closed."))
    voters = {m.pk for m in body.voters}
    votes = {v.member_id: v.choice for v in fresh.votes.all() if v.member_id in voters}
    meeting = item.meeting
    if meeting.is_written and clock.today() <= meeting.held_on and len(votes) < body.entitled:
        raise Refused(_("Votes can still come in until the deadline."))
    leader = body.leader or fresh.led_by  # who led when it was put may have left, or turned out biased
    fresh.led_by, fresh.excluded = leader, len(body.excluded)
    fresh.yes, fresh.no = (sum(c == choice for c in votes.values()) for choice in (Vote.Choice.YES, Vote.Choice.NO))
    fresh.abstained = (len(votes) if meeting.is_written else len(voters)) - fresh.yes - fresh.no
    result = _result(item, body, fresh, leader_vote=votes.get(leader.pk))
    if result == "not-quorate":
        return _without_result(item, fresh, by=by)
    fresh.carried = result == "carried"
    fresh.closed_at = clock.now()
    save_with_history(fresh, by=by, reason="close")
    details = {name: getattr(fresh, name) for name in ("yes", "no", "abstained", "excluded", "carried")}
    record(fresh.municipality_id, "motion.close", fresh, by=by, details=details)
    return fresh


def _result(item: BoardItem, body: Body, motion: Motion, *, leader_vote: Any) -> rules.WrittenResult:
    meeting = item.meeting
    tie_rejects = meeting.programme.tie == Programme.Tie.REJECTED
    yes, no, abstain = motion.yes or 0, motion.no or 0, motion.abstained or 0
    if meeting.is_written:
        return rules.written_result(
            entitled=body.entitled,
            yes=yes,
            no=no,
            abstain=abstain,
            objections=0,  # the first one has ended the procedure
            leader_vote=leader_vote,
            tie_rejects=tie_rejects,
        )
    if not body.is_quorate(meeting):
        return "not-quorate"  # somebody turned out biased while the vote was open
    carried = rules.carried(yes=yes, no=no, leader_vote=leader_vote, tie_rejects=tie_rejects)
    return "carried" if carried else "rejected"


def _without_result(item: BoardItem, motion: Motion, *, by: Any) -> Motion:
    """Too few could vote: the ballot is void; in writing the case goes to a meeting."""
    void(item, by=by, reason="not quorate", only_open=True)
    if item.meeting.is_written:
        end_item(item, by=by, reason="not quorate")
    return Motion.objects.get(pk=motion.pk)
