"""Usage proofs: written, handed in, checked line by line, settled with their letter."""

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Letter
from applications.operations import issue_letter, recipients
from budgets import documents, policies, rules
from budgets.models import Grant, Receipt, Settlement, UsageProof
from budgets.operations.payments import request_payment
from budgets.operations.pot import release_all_but
from budgets.workflow import GrantState
from funding import clock, outbox
from funding.gate import Refused, Stale, carries, lock, perform, save_with_history, writes


@writes
def save_proof(
    proof: UsageProof,
    *,
    by: Any,
    version: int | None = None,
    answers: dict[str, Any] | None = None,
    spent: dict[int, int] | None = None,
    input_tax: dict[int, int] | None = None,
    receipts: list[dict[str, Any]] | None = None,
) -> UsageProof:
    """Write the usage proof while it is open. Raises Stale, Refused.

    `spent` and `input_tax` map a line's pk to cents: what was paid without the tax that comes back, and that tax.
    """
    fresh = lock(proof, version=version)
    if not policies.may_write_proof(fresh, by):
        raise PermissionDenied("not your usage proof")
    if not fresh.may_be_written():
        raise Refused(_("The usage proof was already handed in."))
    for name, value in (answers or {}).items():
        setattr(fresh, name, value)
    for line in fresh.lines.all():
        before = line.spent_cents, line.deductible_cents
        line.spent_cents = (spent or {}).get(line.pk, line.spent_cents)
        line.deductible_cents = (input_tax or {}).get(line.pk, line.deductible_cents)
        if (line.spent_cents, line.deductible_cents) != before:
            save_with_history(line, by=by, reason="proof")
    if receipts is not None:
        _replace_receipts(fresh, receipts, by=by)
    fresh.version += 1
    save_with_history(fresh, by=by, reason="proof")
    return fresh


def _replace_receipts(proof: UsageProof, rows: list[dict[str, Any]], *, by: Any) -> None:
    """Make the list equal to `rows`; one that stays keeps its identity and its history."""
    present = list(proof.receipts.order_by("pk"))
    for row in rows:
        receipt = present.pop(0) if present else Receipt(municipality_id=proof.municipality_id, proof=proof)
        if receipt.pk and all(getattr(receipt, name) == value for name, value in row.items()):
            continue
        for name, value in row.items():
            setattr(receipt, name, value)
        save_with_history(receipt, by=by, reason="proof")
    for receipt in present:
        receipt.delete()


@carries(UsageProof, "submit")
@writes
def submit_proof(proof: UsageProof, *, by: Any, version: int | None = None) -> UsageProof:
    """Hand the usage proof in. Raises Refused naming what is missing: the report, or any amount spent."""
    fresh = lock(proof, version=version)
    if not fresh.report.strip():
        raise Refused(_("Please tell us in a few sentences what you did."))
    if not fresh.spent_cents:
        raise Refused(_("Please enter what you spent."))
    fresh = perform(fresh, "submit", by=by)
    # What was admitted before a question was asked belonged to other figures.
    for line in fresh.lines.exclude(admitted_cents=None):
        line.admitted_cents, line.reason = None, ""
        save_with_history(line, by=by, reason="proof")
    outbox.post(
        "proof-receipt",
        to=recipients(fresh.grant.application),
        about=fresh.grant.application,
        text=lambda: documents.proof_receipt_mail(fresh),
    )
    return fresh


@carries(UsageProof, "finish_check")
@writes
def check_proof(
    proof: UsageProof, *, by: Any, version: int | None = None, admitted: dict[int, tuple[int, str]]
) -> UsageProof:
    """Admit each line's amount (line pk -> cents, reason) and finish the check.

    Raises Refused for more than was spent, or less without a reason.
    """
    fresh = perform(proof, "finish_check", by=by, version=version)
    for line in fresh.lines.select_related("category"):
        cents, reason = admitted.get(line.pk, (line.spent_cents, ""))
        if cents > line.spent_cents:
            raise Refused(_("%s: more cannot be admitted than was spent.") % line.category)
        if cents < line.spent_cents and not reason.strip():
            raise Refused(_("%s: please say why less is admitted than was spent.") % line.category)
        line.admitted_cents, line.reason = cents, reason.strip()[:300]
        save_with_history(line, by=by, reason="check")
    return fresh


def settlement_of(proof: UsageProof) -> rules.Settlement:
    """What the usage proof comes to, by the rules of its financing (DOMAIN section 5)."""
    grant = proof.grant
    return rules.settle(
        financing=grant.financing,  # type: ignore[arg-type]  # a database constraint names the four
        award=grant.amount_cents,
        planned_eligible=grant.planned_eligible_cents,
        planned_cost=grant.planned_cost_cents,
        planned_own=grant.planned_own_cents,
        planned_third_party=grant.planned_third_party_cents,
        planned_income=grant.planned_income_cents,
        actual_eligible=proof.eligible_cents,
        actual_cost=proof.spent_cents,
        actual_own=proof.own_cents,
        actual_third_party=proof.third_party_cents,
        actual_income=proof.income_cents,
        minor_change=grant.minor_change_cents,
    )


def consequence_of(proof: UsageProof, outcome: rules.Settlement) -> rules.Consequence:
    """What the settlement leads to: a rest, a claim, a small claim that is not pursued, or nothing."""
    grant = proof.grant
    small = grant.application.programme.small_claim_cents
    return rules.consequence(outcome.grant_cents, grant.paid_cents - grant.repaid_cents, small)


def settle(proof: UsageProof, *, by: Any, version: int | None = None) -> Settlement:
    """Settle a checked proof with its letter: the rest is asked for, a claim opened, unused money goes back.

    The letter is made before the transaction; version and paid sums make sure that it tells what is then settled.
    Raises Stale, TransitionNotAllowed, PermissionDenied, Refused (a payment on its way, a remedy, no letterhead).
    """
    version = proof.version if version is None else version
    fresh = UsageProof.objects.with_case().get(pk=proof.pk)
    if missing := fresh.municipality.missing_for_letters:
        names = ", ".join(str(name) for name in missing)
        raise Refused(_("No letter can be issued yet. Please enter first: %s") % names)
    outcome = settlement_of(fresh)
    consequence = consequence_of(fresh, outcome)
    title, content = documents.settlement_letter(fresh, outcome, day=clock.today(), by=by)
    return _settle(fresh, outcome, consequence, title, content, by=by, version=version)


@writes
def _settle(
    proof: UsageProof,
    outcome: rules.Settlement,
    consequence: rules.Consequence,
    title: str,
    content: bytes,
    *,
    by: Any,
    version: int,
) -> Settlement:
    grant = lock(proof.grant)
    fresh = perform(proof, "settle", by=by, version=version)
    if grant.state != GrantState.ACCEPTED:
        raise Refused(_("A remedy is recorded, or the grant has ended. It cannot be settled now."))
    if (settlement_of(fresh), consequence_of(fresh, outcome)) != (outcome, consequence):
        raise Stale
    application = grant.application
    facts = {"cents": outcome.grant_cents, "awarded_cents": grant.amount_cents} | asdict(consequence)
    letter = issue_letter(application, Letter.Kind.SETTLEMENT, title=title, content=content, facts=facts, by=by)
    grant = perform(grant, "settle", by=by, settled_cents=outcome.grant_cents)
    if consequence.not_pursued_cents:
        grant.not_pursued_cents = consequence.not_pursued_cents
        save_with_history(grant, by=by, reason="small claim not pursued")
    release_all_but(grant, consequence.rest_cents, by=by, ground=title)
    _ask_for_rest(grant, consequence.rest_cents, by=by, requested_by=fresh.submitted_by)
    settlement = Settlement.objects.create(
        municipality_id=fresh.municipality_id,
        proof=fresh,
        letter=letter,
        grant_cents=outcome.grant_cents,
        steps=[list(step) for step in outcome.steps],
        settled_by=by if getattr(by, "pk", None) else None,
        settled_at=clock.now(),
    )
    outbox.post(
        "settlement",
        to=recipients(application),
        about=letter,
        text=lambda: documents.settlement_mail(grant, letter),
        draft=True,
    )
    return settlement


def _ask_for_rest(grant: Grant, cents: int, *, by: Any, requested_by: Any) -> None:
    """The rest needs no further call. After a return by the bank the group calls itself, with the right account."""
    if cents and not grant.needs_account:
        request_payment(grant, cents, by=by, requested_by=requested_by)
