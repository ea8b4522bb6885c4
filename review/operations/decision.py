"""Verbs of the decision: prepare it, look at its letter, release it with letter, money and grant in one act."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Organisation
from applications.operations import issue_letter, recipients
from applications.workflow import State
from budgets import operations as money
from budgets.models import BudgetYear, UsageProof
from funding import calendar, clock, outbox
from funding.gate import Refused, Stale, lock, perform, record, save_with_history, writes
from funding.money import format_eur
from review import documents, policies
from review.models import Attendance, CheckResult, Decision, Recommendation, admitted_plan, admitted_result

TRIES = 3


def current_recommendation(application: Application) -> Recommendation | None:
    """What the board advises now: the last one that was not superseded."""
    return application.recommendations.filter(superseded=False).first()


def deviates(recommendation: Recommendation | None, kind: str, cents: int, conditions: str = "") -> bool:
    """The decision is not what the board advised: another result, another amount, or its conditions left out."""
    if recommendation is None or recommendation.kind == Recommendation.Kind.NONE:
        return False
    if recommendation.kind == Recommendation.Kind.DO_NOT_FUND:
        return kind == Decision.Kind.AWARD
    left_out = bool(recommendation.conditions.strip()) and not conditions.strip()
    return kind == Decision.Kind.REJECT or cents != recommendation.amount_cents or left_out


def pot_of(application: Application) -> BudgetYear | None:
    """The pot the grant would be charged to, if it was opened already."""
    if application.year is None:
        return None
    return BudgetYear.objects.filter(programme=application.programme_id, year=application.year).first()


def overdue_proofs(organisation: Organisation) -> list[UsageProof]:
    """The usage proofs this organisation should have handed in by now, the oldest first."""
    found = UsageProof.objects.overdue(clock.today()).filter(organisation=organisation)
    return list(found.select_related("grant__application"))


def _assert_proofs_are_in(application: Application, kind: str, overrule_reason: str) -> None:
    """Who owes a usage proof gets no new award, unless it is said why; Refused names every one with its figures."""
    if kind != Decision.Kind.AWARD or overrule_reason.strip():
        return
    owed = overdue_proofs(application.organisation)
    if owed:
        rows = [
            _("“%(title)s”: %(amount)s, due on %(day)s")
            % {
                "title": proof.grant,
                "amount": format_eur(proof.grant.amount_cents),
                "day": date_format(proof.grant.proof_due_on),
            }
            for proof in owed
        ]
        raise Refused(
            _("A usage proof of this organisation is overdue. %s. Please say why it gets a grant all the same.")
            % "; ".join(rows),
            proofs=len(owed),
            cents=sum(proof.grant.amount_cents for proof in owed),
        )


def _assert_may_decide(application: Application, by: Any) -> None:
    """Four eyes: never somebody who worked on the check or sat on the board when the case was there.

    The policy knows who admitted the case; who answered single points, or was invited as a member, stands in rows.
    """
    if not policies.may_decide(application, by):
        raise PermissionDenied("only the decider, and never who checked the case")
    checked = CheckResult.objects.filter(application=application, checked_by=by).exists()
    sat = Attendance.objects.filter(meeting__items__application=application, member__user=by).exists()
    if checked or sat:
        raise Refused(_("You worked on this case before. Somebody else has to decide it."))


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
    overrule_reason: str = "",
    version: int | None = None,
) -> Decision:
    """Write (or rewrite) the decision and reserve its money; nobody outside sees it until it is released.

    Raises Refused: not ready to be decided, above cap, plan or gap, a partial or full refusal without reasons, a
    deviation from the board without a reason, an award to who owes a usage proof without one, decided by somebody who
    worked on the case.
    """
    fresh = lock(application, version=version)
    _assert_may_decide(fresh, by)
    if fresh.state != State.RECOMMENDED:
        raise Refused(_("This application is not ready to be decided, or it was decided meanwhile."))
    result = admitted_result(fresh)
    if kind == Decision.Kind.REJECT:
        cents, conditions, obligations = 0, "", ""
    elif not 0 < cents <= min(result.highest_grant_cents, result.requested_cents):
        highest = min(result.highest_grant_cents, result.requested_cents)
        raise Refused(_("The amount must lie above zero and may be at most %s.") % format_eur(highest))
    if not reasons.strip() and cents < result.requested_cents:
        raise Refused(_("Please give the reasons: a full or partial refusal needs them (§ 39 VwVfG)."))
    if deviates(current_recommendation(fresh), kind, cents, conditions) and not deviation_reason.strip():
        raise Refused(_("Please say why you do not follow the board's recommendation."))
    _assert_proofs_are_in(fresh, kind, overrule_reason)
    decision = Decision.objects.filter(application=fresh).first() or Decision(
        municipality_id=fresh.municipality_id, application=fresh
    )
    decision.kind, decision.amount_cents = kind, cents
    decision.conditions, decision.obligations = conditions, obligations
    decision.reasons, decision.deviation_reason = reasons, deviation_reason
    decision.overrule_reason = overrule_reason
    decision.prepared_by, decision.prepared_at = by, clock.now()
    decision.reserved_cents = money.reserve(fresh, cents, by=by)
    save_with_history(decision, by=by, reason="prepare")
    fresh.version += 1
    save_with_history(fresh, by=by, reason="decision prepared")
    record(fresh.municipality_id, "decision.prepare", decision, by=by, details={"kind": kind, "cents": cents})
    return decision


@writes
def drop_decision(application: Application, *, by: Any, reason: str) -> None:
    """A prepared decision falls with what it rested on; the money it held is free again."""
    for decision in application.decisions.prepared():
        record(application.municipality_id, "decision.drop", application, by=by, details={"decision": decision.pk})
        decision._history_user, decision._change_reason = by, reason  # type: ignore[attr-defined]
        decision.delete()
    if application.year and money.reserved_cents(application):
        money.reserve(application, 0, by=by)


def _letter(decision: Decision, *, by: Any) -> tuple[str, str, bytes, date]:
    """(kind, title, PDF, day the usage proof is due) of the letter as it would go out today."""
    application = decision.application
    if (submission := application.submissions.first()) is not None:
        # Who answers for the group and where the money goes: as it was sent in, not as another draft has changed it.
        application.organisation = submission.organisation
    if missing := application.municipality.missing_for_letters:
        names = ", ".join(str(name) for name in missing)
        raise Refused(_("No letter can be issued yet. Please enter first: %s") % names)
    if application.end is None:
        raise Refused(_("The case has no end date: it has to go back to the applicant."))
    proof_due_on = calendar.proof_due_on(
        application.end, application.programme.proof_due_months, application.municipality.state
    )
    letter = documents.decision_letter(decision, day=clock.today(), proof_due_on=proof_due_on, by=by)
    return *letter, proof_due_on


def preview_letter(decision: Decision, *, by: Any) -> tuple[str, bytes]:
    """(title, PDF) of a prepared decision's letter; it is not kept. Raises Refused as the release would."""
    _kind, title, content, _due = _letter(decision, by=by)
    return title, content


def release(decision: Decision, *, by: Any) -> Decision:
    """Release a prepared decision: letter, state, money and grant in one transaction, mail as a draft.

    The letter is made before the transaction (no PDF under a lock); if the case changes meanwhile, it is made again.
    Raises Refused (already released, no longer prepared, pot does not suffice, provisional budget, letterhead
    incomplete) and then nothing of it has happened.
    """
    for _attempt in range(TRIES):
        fresh = Decision.objects.with_case().filter(pk=decision.pk).first()
        if fresh is None:
            raise Refused(_("This decision was taken back. Nothing was sent."))
        if fresh.is_released:
            raise Refused(_("This decision was already released."))
        if not policies.may_decide(fresh.application, by):
            raise PermissionDenied("only the decider, and never who checked the case")
        kind, title, content, proof_due_on = _letter(fresh, by=by)
        try:
            return _release(fresh, kind, title, content, proof_due_on, fresh.application.version, by=by)
        except Stale:
            continue
    raise Stale


@writes
def _release(
    decision: Decision, letter_kind: str, title: str, content: bytes, proof_due_on: date, version: int, *, by: Any
) -> Decision:
    application = lock(decision.application)
    fresh = Decision.objects.select_for_update(of=("self",)).filter(pk=decision.pk).first()
    if fresh is None:
        raise Refused(_("This decision was taken back. Nothing was sent."))
    if fresh.is_released:
        raise Refused(_("This decision was already released."))
    if application.version != version:
        raise Stale
    _assert_may_decide(application, by)
    _assert_proofs_are_in(application, fresh.kind, fresh.overrule_reason)
    move = "award" if fresh.kind == Decision.Kind.AWARD else "reject"
    application = perform(application, move, by=by)
    letter = issue_letter(application, letter_kind, title=title, content=content, by=by)
    if fresh.kind == Decision.Kind.AWARD:
        plan = admitted_plan(application)
        money.award(application, cents=fresh.amount_cents, letter=letter, proof_due_on=proof_due_on, by=by, plan=plan)
    fresh.released_by, fresh.released_at, fresh.letter = by, clock.now(), letter
    save_with_history(fresh, by=by, reason="release")
    record(fresh.municipality_id, "decision.release", fresh, by=by, details={"letter": letter.sha256})
    outbox.post(
        "decision",
        to=recipients(application),
        about=letter,  # sending this mail is what provides the letter for download
        text=lambda: documents.decision_mail(fresh, letter),
        draft=True,
    )
    return fresh
