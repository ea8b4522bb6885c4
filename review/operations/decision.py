"""Verbs of the decision before its release: prepare it, rewrite it, drop it; skip the board where that is allowed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from applications.letter_forms import problems
from applications.models import Application, Organisation
from applications.rules import Result
from applications.workflow import State
from budgets import operations as money
from budgets.models import BudgetYear, UsageProof
from funding import clock
from funding.gate import Refused, Stale, lock, record, save_with_history, writes
from funding.money import format_eur
from review import documents, policies
from review.models import Attendance, CheckResult, Decision, Provision, Recommendation, admitted_result

# The limits of a grant (applications.rules.Result.binding), as a refusal names them.
LIMITS = {
    "cap": _("the highest grant per project"),
    "eligible": _("what of the costs counts"),
    "gap": _("what is missing after own and other money"),
    "budget": _("what the year has left"),
}


def current_recommendation(application: Application) -> Recommendation | None:
    """What the board advises now: the last one that was not superseded."""
    return application.recommendations.filter(superseded=False).first()


def deviates(recommendation: Recommendation | None, kind: str, cents: int, has_conditions: bool = False) -> bool:
    """The decision is not what the board advised: another result, another amount, or its conditions left out."""
    if recommendation is None or recommendation.kind in (Recommendation.Kind.NONE, Recommendation.Kind.SKIPPED):
        return False
    if recommendation.kind == Recommendation.Kind.DO_NOT_FUND:
        return kind == Decision.Kind.AWARD
    left_out = bool(recommendation.conditions.strip()) and not has_conditions
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


def assert_proofs_are_in(application: Application, kind: str, overrule_reason: str) -> None:
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


def assert_may_decide(application: Application, by: Any) -> None:
    """Four eyes: never somebody who worked on the check or sat on the board when the case was there.

    The policy knows who admitted the case; who answered single points, or was invited as a member, stands in rows.
    """
    if not policies.may_decide(application, by):
        raise PermissionDenied("only the decider, and never who checked the case")
    checked = CheckResult.objects.filter(application=application, checked_by=by).exists()
    sat = Attendance.objects.filter(meeting__items__application=application, member__user=by).exists()
    if checked or sat:
        raise Refused(_("You worked on this case before. Somebody else has to decide it."))


@dataclass(frozen=True)
class Text:
    """An ancillary provision as it is picked or typed: its words with placeholders, and what was entered for them.

    `source` is the entry of the town's library; `entered` holds `datum` (ISO) and `summe` (cents).
    """

    kind: str
    template: str
    source: int | None = None
    entered: dict[str, Any] = field(default_factory=dict)


@writes
def prepare_decision(
    application: Application,
    *,
    by: Any,
    kind: str,
    cents: int = 0,
    provisions: Sequence[Text] = (),
    grounds: Mapping[str, str] | None = None,
    reasons: str = "",
    next_step: str = "",
    deviation_reason: str = "",
    overrule_reason: str = "",
    version: int | None = None,
    seen: int | None = None,
) -> Decision:
    """Write (or rewrite) the decision and reserve its money; nobody outside sees it until it is released.

    `grounds` holds a sentence per published criterion; `seen` is the version of the prepared decision the person saw
    (0: there was none). Raises Stale when somebody else prepared it meanwhile, and Refused: not ready to be decided,
    above cap, plan or gap, a partial or full refusal without reasons, a rejection without criterion or next step, a
    deviation from the board or an award to who owes a usage proof without a reason, a placeholder nobody can fill,
    decided by somebody who worked on the case.
    """
    fresh = lock(application, version=version)
    assert_may_decide(fresh, by)
    if fresh.state != State.RECOMMENDED:
        raise Refused(_("This application is not ready to be decided, or it was decided meanwhile."))
    decision = Decision.objects.filter(application=fresh).first() or Decision(
        municipality_id=fresh.municipality_id, application=fresh
    )
    if seen not in (None, decision.version):
        raise Stale
    result = admitted_result(fresh)
    rejects = kind == Decision.Kind.REJECT
    cents, provisions = (0, ()) if rejects else (cents, provisions)
    if not rejects:
        _assert_within_limits(cents, result)
    grounds = {criterion: text.strip() for criterion, text in (grounds or {}).items() if text.strip()}
    _assert_reasons(fresh, rejects, cents < result.requested_cents, grounds, reasons, next_step)
    recommendation = current_recommendation(fresh)
    has_conditions = any(text.kind == Provision.Kind.CONDITION for text in provisions)
    if deviates(recommendation, kind, cents, has_conditions) and not deviation_reason.strip():
        raise Refused(_("Please say why you do not follow the board's recommendation."))
    assert_proofs_are_in(fresh, kind, overrule_reason)
    decision.kind, decision.amount_cents, decision.recommendation = kind, cents, recommendation
    decision.provisions = [_provision(text, fresh, cents) for text in provisions]
    decision.grounds = [{"criterion": criterion, "text": text} for criterion, text in grounds.items()]
    decision.reasons, decision.deviation_reason = reasons, deviation_reason
    decision.overrule_reason = overrule_reason
    decision.next_step = next_step if rejects else ""
    decision.prepared_by, decision.prepared_at = by, clock.now()
    decision.version += 1
    decision.reserved_cents = money.reserve(fresh, cents, by=by)
    save_with_history(decision, by=by, reason="prepare")
    record(fresh.municipality_id, "decision.prepare", decision, by=by, details={"kind": kind, "cents": cents})
    return decision


def _assert_within_limits(cents: int, result: Result) -> None:
    """More than nothing, and neither above what was asked for nor above cap, eligible cost or gap."""
    if cents <= 0:
        raise Refused(_("The amount of an award must lie above zero."))
    if cents > result.requested_cents:
        raise Refused(_("More than was asked for (%s) cannot be awarded.") % format_eur(result.requested_cents))
    if cents > result.highest_grant_cents:
        names = ", ".join(str(LIMITS[name]) for name in result.binding)
        raise Refused(
            _("At most %(highest)s can be awarded: that is %(limits)s.")
            % {"highest": format_eur(result.highest_grant_cents), "limits": names}
        )


def _assert_reasons(
    application: Application, rejects: bool, refuses: bool, grounds: dict[str, str], reasons: str, next_step: str
) -> None:
    """What is refused, wholly or in part, has reasons (§ 39 VwVfG); a rejection names criteria and a next step."""
    if rejects and application.programme.criteria and not grounds:
        raise Refused(_("A rejection rests on the published criteria. Please write a sentence for at least one."))
    if refuses and not (grounds or reasons.strip()):
        raise Refused(_("Please give the reasons: a full or partial refusal needs them (§ 39 VwVfG)."))
    if rejects and not next_step.strip():
        raise Refused(_("Please say what the group can do next. A rejection is never the last word."))


def _provision(text: Text, application: Application, cents: int) -> dict[str, Any]:
    """The provision with its placeholders filled. Raises Refused for one nobody can fill."""
    entered = {name: value for name, value in text.entered.items() if value}
    allowed = [*documents.FROM_CASE, *entered]
    if sentences := problems(text.template, allowed):
        raise Refused(" ".join(sentences))
    return {
        "kind": text.kind,
        "source": text.source,
        "template": text.template,
        "entered": entered,
        "text": documents.finished(text.template, application, cents, entered),
    }


@writes
def drop_decision(application: Application, *, by: Any, reason: str) -> None:
    """A prepared decision falls with what it rested on; the money it held is free again."""
    for decision in application.decisions.prepared():
        record(application.municipality_id, "decision.drop", application, by=by, details={"decision": decision.pk})
        decision._history_user, decision._change_reason = by, reason  # type: ignore[attr-defined]
        decision.delete()
    if application.year and money.reserved_cents(application):
        money.reserve(application, 0, by=by)
