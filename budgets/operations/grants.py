"""Grants: the award commits money, an answer keeps or frees it, closing ends the case."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import rules
from applications.models import Application, Letter
from budgets.models import Grant, ProofLine, UsageProof
from budgets.operations.payments import request_payment
from budgets.operations.pot import lock_year, post, pot_of, release_all_but, reserved_cents
from funding import clock
from funding.gate import Refused, carries, lock, perform, record, save_with_history, writes
from funding.models import Programme


@writes
def award(
    application: Application,
    *,
    cents: int,
    letter: Letter,
    proof_due_on: date,
    by: Any,
    plan: rules.Plan | None = None,
) -> Grant:
    """Commit the money and create the grant with its usage proof, in the transaction that issues the letter.

    `plan` is the plan as the town admits it, where it cut costs; its eligible cost is what the settlement starts from.
    Raises Overdrawn, or Refused when the year is closed or its budget is provisional (§ 82 GO NRW).
    """
    programme = application.programme
    year = lock_year(pot_of(application, by=by))
    if not year.is_open:
        raise Refused(_("The budget year %s is closed.") % year.year)
    if year.blocked:
        raise Refused(
            _("The budget for %s is only provisional. The decision stays prepared until it is released.") % year.year
        )
    if held := reserved_cents(application):
        post(year, "unreserve", held, by=by, application=application)
    if application.start is None or application.end is None:
        raise Refused(_("The project needs a start and an end before money can be awarded."))
    post(year, "commit", cents, by=by, application=application, ground=letter.title)
    plan = plan or application.plan
    result = rules.evaluate(plan, programme.cap_per_project_cents)
    # Of a partial award the recipient brings the rest. With a share that must not count as cover that rose later.
    rest = result.requested_cents - cents if programme.financing == Programme.Financing.SHARE else 0
    grant = Grant(
        municipality_id=application.municipality_id,
        application=application,
        organisation=application.organisation,
        budget_year=year,
        letter=letter,
        financing=programme.financing,
        payment_mode=programme.payment_mode,
        amount_cents=cents,
        planned_cost_cents=result.cash_cents,
        planned_eligible_cents=result.eligible_cents,
        planned_own_cents=result.own_cents + max(0, rest),
        planned_third_party_cents=result.third_party_cents,
        planned_income_cents=result.income_cents,
        minor_change_cents=programme.minor_change_cents,
        start=application.start,
        end=application.end,
        proof_due_on=proof_due_on,
    )
    save_with_history(grant, by=by, reason="award")
    record(grant.municipality_id, "grant.award", grant, by=by, details={"cents": cents})
    _open_proof(grant, plan, by=by)
    return grant


def _open_proof(grant: Grant, plan: rules.Plan, *, by: Any) -> UsageProof:
    """The usage proof with a line per planned category and the other money as planned, in the order of the plan."""
    proof = UsageProof(
        municipality_id=grant.municipality_id,
        grant=grant,
        organisation_id=grant.organisation_id,
        own_cents=grant.planned_own_cents,
        third_party_cents=grant.planned_third_party_cents,
        income_cents=grant.planned_income_cents,
    )
    save_with_history(proof, by=by, reason="award")
    planned: dict[Any, int] = {}
    lines = grant.application.costs.select_related("category")
    for line, cost in zip(lines, plan.costs, strict=True):
        if not line.in_kind:
            planned[line.category] = planned.get(line.category, 0) + cost.counting_cents
    for position, (category, cents) in enumerate(planned.items(), start=1):
        ProofLine.objects.create(
            municipality_id=grant.municipality_id,
            proof=proof,
            category=category,
            position=position,
            planned_cents=cents,
        )
    return proof


@carries(Grant, "accept")
@writes
def accept(grant: Grant, *, by: Any, version: int | None = None) -> Grant:
    """Accept; where the programme pays in one sum, the payment is asked for at once."""
    fresh = perform(grant, "accept", by=by, version=version)
    if fresh.payment_mode == Programme.PaymentMode.WHEN_BINDING and fresh.callable_cents:
        request_payment(fresh, fresh.callable_cents, by=by)
    return fresh


def _ends_unpaid(name: str) -> None:
    """Register a move that ends a grant and releases what of it was not paid."""

    @carries(Grant, name)
    @writes
    def operation(grant: Grant, *, by: Any, version: int | None = None, reason: str) -> Grant:
        fresh = perform(grant, name, by=by, version=version, reason=reason)
        release_all_but(fresh, 0, by=by, ground=reason)
        return fresh

    operation.__name__ = name


for _name in ("decline", "lapse"):
    _ends_unpaid(_name)


@carries(Grant, "record_remedy")
@writes
def record_remedy(grant: Grant, *, by: Any, version: int | None = None, day: date, reason: str) -> Grant:
    """Somebody has sued or objected. Raises Refused for a day in the future or before the letter."""
    if not timezone.localdate(grant.letter.issued_at, clock.BERLIN) <= day <= clock.today():
        raise Refused(_("The day of the remedy lies between the day of the letter and today."))
    return perform(grant, "record_remedy", by=by, version=version, day=day, reason=reason)


@carries(Grant, "close")
@writes
def close(grant: Grant, *, by: Any, version: int | None = None) -> Grant:
    """Close a settled grant and with it the case."""
    lock(grant.application)
    fresh = perform(grant, "close", by=by, version=version)
    perform(fresh.application, "complete", by=by)
    return fresh
