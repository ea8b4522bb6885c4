"""Verbs of the review: advice, formal check, meetings, bias, motions and votes, recommendation, decision."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.operations import issue_letter, recipients
from applications.workflow import State
from budgets import operations as money
from funding import calendar, clock, outbox
from funding.gate import Refused, Stale, carries, lock, perform, record, save_with_history, writes
from funding.models import Programme
from funding.money import format_eur
from funding.policies import is_board_member, is_officer
from review import documents, policies, rules
from review.models import (
    Advice,
    Attendance,
    BiasDeclaration,
    BoardItem,
    BoardMember,
    CheckResult,
    Decision,
    Meeting,
    Motion,
    Recommendation,
    Vote,
)

# --- Advice and formal check ------------------------------------------------------------------------------------------


@writes
def log_advice(application: Application, *, by: Any, given_on: date, kind: str, minutes: int, note: str = "") -> Advice:
    """Note that the officer advised, for the yearly figures."""
    if not policies.may_check(application, by):
        raise PermissionDenied("only the officer logs advice")
    advice = Advice(
        municipality_id=application.municipality_id,
        application=application,
        given_on=given_on,
        given_by=by,
        kind=kind,
        minutes=minutes,
        note=note,
    )
    save_with_history(advice, by=by, reason="advice")
    record(advice.municipality_id, "application.advice", application, by=by, details={"minutes": minutes})
    return advice


@writes
def check(application: Application, results: dict[str, tuple[str, str]], *, by: Any) -> None:
    """Write the officer's answers to the checklist: item -> (result, note). Unknown items raise ValueError.

    Raises Refused when the case is no longer in the formal check, or for "not in order" without a note.
    """
    fresh = lock(application)
    if not policies.may_check(fresh, by):
        raise PermissionDenied("only the officer checks")
    if fresh.state not in (State.SUBMITTED, State.INCOMPLETE):
        raise Refused(_("This application is not in the formal check."))
    for item, (result, note) in results.items():
        if item not in fresh.programme.checklist:
            raise ValueError(f"unknown point of the checklist: {item}")
        if result == CheckResult.Result.NO and not note.strip():
            raise Refused(_("Please say what is not in order."))
        entry = CheckResult.objects.filter(application=fresh, item=item).first() or CheckResult(
            municipality_id=fresh.municipality_id, application=fresh, item=item
        )
        entry.result, entry.note, entry.checked_by, entry.checked_at = result, note, by, clock.now()
        save_with_history(entry, by=by, reason="check")
    record(fresh.municipality_id, "application.check", fresh, by=by, details={"results": results})


@writes
def return_for_changes(
    application: Application, sections: dict[str, str], *, by: Any, reason: str, version: int | None = None
) -> Application:
    """Ask for changes section by section (section -> reason); the sections not named stay done."""
    if not sections:
        raise Refused(_("Please choose at least one section and say what should change."))
    answer_by = clock.today() + timedelta(days=application.programme.answer_days)
    fresh = perform(
        application,
        "return_for_changes",
        by=by,
        version=version,
        reason=reason,
        sections=sections,
        answer_by=answer_by,
    )
    from applications.documents import return_mail

    outbox.post("return", to=recipients(fresh), about=fresh, text=lambda: return_mail(fresh), draft=True)
    return fresh


# --- Meetings ---------------------------------------------------------------------------------------------------------


def serving(programme: Programme, day: date) -> list[BoardMember]:
    """Who sits on the board on a day, chair first."""
    rank = {"chair": 0, "deputy": 1, "member": 2, "substitute": 3}
    members = programme.board_members.select_related("user").all()
    return sorted((m for m in members if m.is_serving(day)), key=lambda m: (rank[m.position], m.pk))


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

    Raises Refused for a day in the past, no case, a case that is not admitted or already on an open agenda, or a
    board without members.
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
    for position, application in enumerate(applications, start=1):
        fresh = lock(application)
        if fresh.state != State.ADMITTED or fresh.board_items.filter(closed_at=None).exclude(meeting=repeats).exists():
            raise Refused(_("“%s” cannot go on this agenda.") % fresh)
        item = BoardItem(
            municipality_id=programme.municipality_id, meeting=meeting, application=fresh, position=position
        )
        save_with_history(item, by=by, reason="call")
    for member in members:
        Attendance.objects.create(municipality_id=programme.municipality_id, meeting=meeting, member=member)
    record(programme.municipality_id, "meeting.call", meeting, by=by, details={"held_on": held_on.isoformat()})
    to = sorted((m.user.email, m.user.language) for m in members)
    outbox.post("invitation", to=to, about=meeting, text=lambda: documents.invitation_mail(meeting))
    return meeting


@writes
def declare(item: BoardItem, *, by: Any, biased: bool, reason: str = "") -> BiasDeclaration:
    """A member says, before the file opens, whether they are biased; said once, changed only towards bias.

    A vote cast by somebody who then turns out biased voids the ballot: the open motion of the item is voided.
    """
    member = _member(item.meeting, by)
    if item.closed_at is not None:
        raise Refused(_("The board has already finished this case."))
    entry = BiasDeclaration.objects.filter(item=item, member=member).first()
    if entry is None:
        entry = BiasDeclaration(municipality_id=item.municipality_id, item=item, member=member, biased=biased)
    elif entry.biased and not biased:
        raise Refused(_("You said that you are biased. Please ask the officer if that was a mistake."))
    entry.biased, entry.reason, entry.declared_at = biased, reason, clock.now()
    save_with_history(entry, by=by, reason="declare")
    record(item.municipality_id, "item.declare", item, by=by, details={"biased": biased})
    if biased and Vote.objects.filter(motion__item=item, motion__closed_at=None, member=member).exists():
        Vote.objects.filter(motion__item=item, motion__closed_at=None).delete()
        record(item.municipality_id, "item.void", item, by=by)
    return entry


def _member(meeting: Meeting, user: Any) -> BoardMember:
    """The person's own seat in this meeting. Raises PermissionDenied for everybody else."""
    seat = Attendance.objects.filter(meeting=meeting, member__user=user).select_related("member").first()
    if seat is None or not is_board_member(meeting, user):
        raise PermissionDenied("not a member of this meeting")
    return seat.member


@writes
def mark_present(meeting: Meeting, members: set[int], *, by: Any) -> None:
    """Write down who is there (member ids); only they vote. Chair, deputy or officer."""
    if not is_officer(meeting, by) and _member(meeting, by).position not in ("chair", "deputy"):
        raise PermissionDenied("only the chair or the officer marks who is present")
    if meeting.closed_at is not None:
        raise Refused(_("This meeting is over."))
    for seat in meeting.attendance.all():
        if seat.present != (seat.member_id in members):
            seat.present = not seat.present
            save_with_history(seat, by=by, reason="present")
    record(meeting.municipality_id, "meeting.present", meeting, by=by, details={"members": sorted(members)})


# --- The vote ---------------------------------------------------------------------------------------------------------


class Body:
    """Who counts for one item: the entitled members after bias and substitution, and those of them present."""

    def __init__(self, item: BoardItem) -> None:
        seats = [a for a in item.meeting.attendance.select_related("member__user") if a.member.votes]
        declared = {d.member_id: d.biased for d in item.declarations.all()}
        regular = [a for a in seats if a.member.position != BoardMember.Position.SUBSTITUTE]
        substitutes = [a for a in seats if a.member.position == BoardMember.Position.SUBSTITUTE]
        self.excluded = [a.member for a in regular if declared.get(a.member_id)]
        filling = [a for a in substitutes if declared.get(a.member_id) is False and a.present]
        missing = len([a for a in regular if declared.get(a.member_id) or not a.present])
        filling = filling[:missing]
        unbiased = [a for a in regular if not declared.get(a.member_id)]
        filled = min(len(filling), len(self.excluded))
        self.entitled = rules.entitled(rules.Body(len(regular), len(self.excluded), filled))
        self.present = [a.member for a in [*unbiased, *filling] if a.present and declared.get(a.member_id) is False]
        self.leader = self._leader(item, declared)

    def _leader(self, item: BoardItem, declared: dict[int, bool]) -> BoardMember | None:
        """The chair; an excluded or absent chair is replaced by the deputy."""
        by_position = {
            a.member.position: a.member
            for a in item.meeting.attendance.all()
            if a.present and not declared.get(a.member_id)
        }
        return by_position.get("chair") or by_position.get("deputy")

    def is_quorate(self, meeting: Meeting) -> bool:
        return rules.quorate(
            invited_all=meeting.invited_at is not None,
            entitled=self.entitled,
            present_entitled=len(self.present),
            second_meeting=meeting.repeats_id is not None,
        )


def _lock_item(item: BoardItem) -> BoardItem:
    """The item, with its case locked first (lock order)."""
    lock(item.application)
    return BoardItem.objects.select_for_update(of=("self",)).with_case().get(pk=item.pk)


@writes
def put_motion(item: BoardItem, *, by: Any, kind: str, cents: int = 0, conditions: str = "") -> Motion:
    """Put one motion to the vote. Raises Refused: not quorate, one still open, wrong order, above what is possible."""
    fresh = _lock_item(item)
    body = Body(fresh)
    _assert_leads(fresh, body, by)
    if fresh.closed_at is not None:
        raise Refused(_("The board has already finished this case."))
    if not body.is_quorate(fresh.meeting):
        raise Refused(
            _("The board is not quorate for this case: %(present)s of %(entitled)s entitled members are present.")
            % {"present": len(body.present), "entitled": body.entitled}
        )
    earlier = list(fresh.motions.all())
    if any(motion.closed_at is None for motion in earlier):
        raise Refused(_("One motion at a time: please close the open one first."))
    if kind == Motion.Kind.FUND:
        highest = fresh.application.evaluate().highest_grant_cents
        if not 0 < cents <= highest:
            raise Refused(_("The amount must lie above zero and may be at most %s.") % format_eur(highest))
        if any(m.kind == Motion.Kind.FUND and m.amount_cents <= cents for m in earlier):
            raise Refused(_("Motions go from the highest amount downwards. This one is not lower than the last."))
    elif earlier:
        raise Refused(_("A motion to defer is put first."))
    motion = Motion(
        municipality_id=fresh.municipality_id,
        item=fresh,
        number=len(earlier) + 1,
        kind=kind,
        amount_cents=cents if kind == Motion.Kind.FUND else 0,
        conditions=conditions,
        led_by=body.leader,
        opened_at=clock.now(),
    )
    try:
        save_with_history(motion, by=by, reason="motion")
    except IntegrityError:
        raise Stale from None
    record(fresh.municipality_id, "motion.open", motion, by=by, details={"kind": kind, "cents": cents})
    return motion


def _assert_leads(item: BoardItem, body: Body, user: Any) -> None:
    if body.leader is None:
        raise Refused(_("Nobody can lead this case: chair and deputy are absent or biased."))
    if body.leader.user_id != user.pk and not is_officer(item, user):
        raise PermissionDenied("only who leads this item")


@writes
def vote(motion: Motion, choice: str, *, by: Any) -> Vote:
    """Cast one vote; it stays sealed until the motion closes and can be changed until then.

    Raises Refused after closing, or for somebody biased, undeclared or not marked present.
    """
    item = _lock_item(motion.item)
    fresh = Motion.objects.select_for_update().get(pk=motion.pk)
    member = _member(item.meeting, by)
    if fresh.closed_at is not None:
        raise Refused(_("The vote on this motion is closed. Your vote was not counted."))
    if member not in Body(item).present:
        raise Refused(_("Only members who are marked present and not biased can vote."))
    ballot, _created = Vote.objects.update_or_create(
        municipality_id=fresh.municipality_id, motion=fresh, member=member, defaults={"choice": choice}
    )
    # The event says that a vote was cast, never which: it would break the seal.
    record(fresh.municipality_id, "motion.vote", fresh, by=by)
    return ballot


@writes
def close_motion(motion: Motion, *, by: Any) -> Motion:
    """Count the votes; present members who did not vote count as abstaining (§ 91 VwVfG)."""
    item = _lock_item(motion.item)
    fresh = Motion.objects.select_for_update().get(pk=motion.pk)
    body = Body(item)
    _assert_leads(item, body, by)
    if fresh.closed_at is not None:
        raise Refused(_("This motion is already closed."))
    counted = {m.pk for m in body.present}
    votes = {v.member_id: v.choice for v in fresh.votes.all() if v.member_id in counted}
    fresh.yes = sum(c == Vote.Choice.YES for c in votes.values())
    fresh.no = sum(c == Vote.Choice.NO for c in votes.values())
    fresh.abstained = len(counted) - fresh.yes - fresh.no
    fresh.excluded = len(body.excluded)
    leader_vote = votes.get(fresh.led_by_id) if fresh.led_by_id in counted else None
    tie_rejects = item.meeting.programme.tie == Programme.Tie.REJECTED
    fresh.carried = rules.carried(yes=fresh.yes, no=fresh.no, leader_vote=leader_vote, tie_rejects=tie_rejects)
    fresh.closed_at = clock.now()
    save_with_history(fresh, by=by, reason="close")
    record(
        fresh.municipality_id,
        "motion.close",
        fresh,
        by=by,
        details={"yes": fresh.yes, "no": fresh.no, "abstained": fresh.abstained, "carried": fresh.carried},
    )
    return fresh


@writes
def finish_item(item: BoardItem, *, by: Any, reason: str) -> Recommendation | None:
    """End the item: the first carried motion is the recommendation; none carried = not recommended.

    A carried motion to defer defers the case (None is returned). Raises Refused while a motion is open, or before
    any was put.
    """
    fresh = _lock_item(item)
    _assert_leads(fresh, Body(fresh), by)
    motions = list(fresh.motions.all())
    if fresh.closed_at is not None:
        raise Refused(_("The board has already finished this case."))
    if not motions or any(motion.closed_at is None for motion in motions):
        raise Refused(_("Please put a motion to the vote and close it first."))
    carried = next((motion for motion in motions if motion.carried), None)
    _end(fresh, by=by)
    if carried is not None and carried.kind == Motion.Kind.DEFER:
        perform(fresh.application, "defer", by=by, reason=reason)
        return None
    kind = Recommendation.Kind.FUND if carried else Recommendation.Kind.DO_NOT_FUND
    return _recommend(fresh.application, kind, by=by, item=fresh, motion=carried, reason=reason)


@writes
def go_on_without(item: BoardItem, *, by: Any, reason: str) -> Recommendation:
    """No unbiased voter is left: the case goes on without recommendation, and the minutes say why."""
    fresh = _lock_item(item)
    if not is_officer(fresh, by):
        raise PermissionDenied("only the officer")
    if Body(fresh).present:
        raise Refused(_("There are members who can vote on this case."))
    _end(fresh, by=by)
    return _recommend(fresh.application, Recommendation.Kind.NONE, by=by, item=fresh, motion=None, reason=reason)


def _end(item: BoardItem, *, by: Any) -> None:
    item.closed_at = clock.now()
    save_with_history(item, by=by, reason="finish")
    if not item.meeting.items.filter(closed_at=None).exists():
        item.meeting.closed_at = clock.now()
        save_with_history(item.meeting, by=by, reason="finish")


def _recommend(
    application: Application, kind: str, *, by: Any, item: BoardItem | None, motion: Motion | None, reason: str
) -> Recommendation:
    recommendation = Recommendation(
        municipality_id=application.municipality_id,
        application=application,
        item=item,
        kind=kind,
        amount_cents=motion.amount_cents if motion else 0,
        conditions=motion.conditions if motion else "",
        reason=reason,
        made_at=clock.now(),
    )
    save_with_history(recommendation, by=by, reason=kind)
    perform(application, "recommend", by=by, reason=reason)
    return recommendation


@carries(Application, "give_back")
@writes
def give_back(application: Application, *, by: Any, version: int | None = None, reason: str) -> Application:
    """The board has to vote again: the recommendation no longer counts, a prepared decision falls."""
    fresh = perform(application, "give_back", by=by, version=version, reason=reason)
    for recommendation in fresh.recommendations.filter(superseded=False):
        recommendation.superseded = True
        save_with_history(recommendation, by=by, reason=reason)
    _drop_decision(fresh, by=by)
    return fresh


@carries(Application, "withdraw")
@writes
def withdraw(application: Application, *, by: Any, version: int | None = None, reason: str) -> Application:
    """The applicant takes the application back: a prepared decision falls, its money is free again."""
    fresh = perform(application, "withdraw", by=by, version=version, reason=reason)
    for item in fresh.board_items.filter(closed_at=None):
        _end(item, by=by)
    _drop_decision(fresh, by=by)
    return fresh


def _drop_decision(application: Application, *, by: Any) -> None:
    for decision in application.decisions.prepared():
        decision.delete()
    if application.year and money.reserved_cents(application):
        money.reserve(application, 0, by=by)


# --- Decision ---------------------------------------------------------------------------------------------------------


def current_recommendation(application: Application) -> Recommendation | None:
    return application.recommendations.filter(superseded=False).first()


def deviates(recommendation: Recommendation | None, kind: str, cents: int) -> bool:
    """The decision is not what the board advised."""
    if recommendation is None or recommendation.kind == Recommendation.Kind.NONE:
        return False
    if recommendation.kind == Recommendation.Kind.DO_NOT_FUND:
        return kind == Decision.Kind.AWARD
    return kind == Decision.Kind.REJECT or cents != recommendation.amount_cents


@writes
def prepare_decision(
    application: Application,
    *,
    by: Any,
    kind: str,
    cents: int = 0,
    conditions: str = "",
    obligations: str = "",
    reasons: str,
    deviation_reason: str = "",
    version: int | None = None,
) -> Decision:
    """Write (or rewrite) the decision and reserve its money; nobody outside sees it until it is released.

    Raises Refused: not ready to be decided, above cap, plan or gap, a partial or full refusal without reasons, a
    deviation from the board without a reason.
    """
    fresh = lock(application, version=version)
    if not policies.may_prepare_decision(fresh, by):
        raise PermissionDenied("only the decider, and never who checked the case")
    if fresh.state != State.RECOMMENDED:
        raise Refused(_("This application is not ready to be decided, or it was decided meanwhile."))
    result = fresh.evaluate()
    if kind == Decision.Kind.REJECT:
        cents = 0
    elif not 0 < cents <= min(result.highest_grant_cents, result.requested_cents):
        highest = min(result.highest_grant_cents, result.requested_cents)
        raise Refused(_("The amount must lie above zero and may be at most %s.") % format_eur(highest))
    if not reasons.strip() and cents < result.requested_cents:
        raise Refused(_("Please give the reasons: a full or partial refusal needs them (§ 39 VwVfG)."))
    if deviates(current_recommendation(fresh), kind, cents) and not deviation_reason.strip():
        raise Refused(_("Please say why you do not follow the board's recommendation."))
    decision = Decision.objects.filter(application=fresh).first() or Decision(
        municipality_id=fresh.municipality_id, application=fresh
    )
    if decision.is_released:
        raise Refused(_("This decision was already released."))
    decision.kind, decision.amount_cents = kind, cents
    decision.conditions, decision.obligations = conditions, obligations
    decision.reasons, decision.deviation_reason = reasons, deviation_reason
    decision.prepared_by, decision.prepared_at = by, clock.now()
    decision.reserved_cents = money.reserve(fresh, cents, by=by)
    save_with_history(decision, by=by, reason="prepare")
    fresh.version += 1
    save_with_history(fresh, by=by, reason="decision prepared")
    record(fresh.municipality_id, "decision.prepare", decision, by=by, details={"kind": kind, "cents": cents})
    return decision


def release(decision: Decision, *, by: Any) -> Decision:
    """Release a prepared decision: letter, state, money and grant in one transaction, mail as a draft.

    The letter is made before the transaction (no PDF under a lock); if the case changes meanwhile, it is made again.
    Raises Refused (already released, pot does not suffice, provisional budget, letterhead incomplete) and then
    nothing of it has happened.
    """
    for _attempt in range(3):
        fresh = Decision.objects.select_related(
            "application__organisation", "application__programme", "application__municipality"
        ).get(pk=decision.pk)
        version = fresh.application.version
        if missing := fresh.application.municipality.missing_for_letters:
            names = ", ".join(str(name) for name in missing)
            raise Refused(_("No letter can be issued yet. Please enter first: %s") % names)
        proof_due_on = calendar.proof_due_on(
            fresh.application.end, fresh.application.programme.proof_due_months, fresh.application.municipality.state
        )
        letter_kind, title, content = documents.decision_letter(
            fresh, day=clock.today(), proof_due_on=proof_due_on, by=by
        )
        try:
            return _release(fresh, letter_kind, title, content, proof_due_on, version, by=by)
        except Stale:
            continue
    raise Stale


@writes
def _release(
    decision: Decision, letter_kind: str, title: str, content: bytes, proof_due_on: date, version: int, *, by: Any
) -> Decision:
    application = lock(decision.application)
    fresh = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if fresh.is_released:
        raise Refused(_("This decision was already released."))
    if application.version != version:
        raise Stale
    move = "award" if fresh.kind == Decision.Kind.AWARD else "reject"
    application = perform(application, move, by=by)
    letter = issue_letter(application, letter_kind, title=title, content=content, by=by)
    if fresh.kind == Decision.Kind.AWARD:
        money.award(application, cents=fresh.amount_cents, letter=letter, proof_due_on=proof_due_on, by=by)
    elif money.reserved_cents(application):
        money.reserve(application, 0, by=by)
    fresh.released_by, fresh.released_at, fresh.letter = by, clock.now(), letter
    save_with_history(fresh, by=by, reason="release")
    record(fresh.municipality_id, "decision.release", fresh, by=by, details={"letter": letter.sha256})
    outbox.post(
        "decision",
        to=recipients(application),
        about=letter,
        text=lambda: documents.decision_mail(fresh, letter),
        draft=True,
    )
    return fresh
