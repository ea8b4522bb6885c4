"""Verbs that move money: the ledger, grants, calls, payments, runs, usage proofs, settlement.

Lock order: case, budget year, head of the event chain (the last is taken by `@writes` itself).
"""

import hashlib
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Letter
from applications.operations import issue_letter, recipients
from budgets import documents, policies, rules
from budgets.models import (
    BALANCES,
    BudgetYear,
    Grant,
    LedgerEntry,
    Payment,
    PaymentRun,
    ProofLine,
    Receipt,
    Repayment,
    Settlement,
    UsageProof,
)
from budgets.workflow import GrantState, PaymentState
from funding import clock, outbox
from funding.gate import Refused, carries, lock, perform, record, save_with_history, writes
from funding.models import Counter, Municipality, Programme
from funding.money import format_eur
from funding.policies import is_cashier

# --- The pot ----------------------------------------------------------------------------------------------------------


class Overdrawn(Refused):
    """The year has not enough free money; `free_cents` and `wanted_cents` say by how much."""

    def __init__(self, free_cents: int, wanted_cents: int) -> None:
        super().__init__(
            _("The pot does not suffice: %(free)s are free, %(wanted)s are needed. Nothing was changed.")
            % {"free": format_eur(free_cents), "wanted": format_eur(wanted_cents)}
        )
        self.free_cents, self.wanted_cents = free_cents, wanted_cents


def lock_year(year: BudgetYear) -> BudgetYear:
    """The pot, locked: nobody else moves its money until the unit of work ends."""
    return BudgetYear.objects.select_for_update().get(pk=year.pk)


@writes
def post(
    year: BudgetYear,
    kind: str,
    cents: int,
    *,
    by: Any,
    application: Application | None = None,
    ground: str = "",
) -> LedgerEntry:
    """Append one entry to the ledger of a year, with the balances after it.

    Raises Overdrawn when free money would fall below zero, ValueError for an amount that is not positive or a part
    that would turn negative.
    """
    year = lock_year(year)
    last = year.entries.order_by("-number").first()
    before = last.balances if last else rules.Balances()
    try:
        balances = rules.after(before, kind, cents, year_open=year.is_open)
    except rules.OverdrawnError as error:
        raise Overdrawn(error.free, error.wanted) from None
    entry = LedgerEntry.objects.create(
        municipality_id=year.municipality_id,
        budget_year=year,
        number=(last.number if last else 0) + 1,
        at=clock.now(),
        by=by if getattr(by, "pk", None) else None,
        kind=kind,
        amount_cents=cents,
        application=application,
        ground=ground,
        free_cents=balances.free_cents,
        **{f"{name}_cents": getattr(balances, f"{name}_cents") for name in BALANCES},
    )
    record(
        year.municipality_id,
        f"ledger.{kind}",
        entry,
        by=by,
        details={"year": year.year, "number": entry.number, "cents": cents},
    )
    return entry


@writes
def open_year(programme: Programme, year: int, *, by: Any) -> BudgetYear:
    """The pot of a year, made with the programme's yearly budget when it does not exist yet."""
    pot, created = BudgetYear.objects.get_or_create(
        municipality_id=programme.municipality_id, programme=programme, year=year
    )
    if created and programme.budget_per_year_cents:
        post(pot, "allocate", programme.budget_per_year_cents, by=by, ground=programme.basis)
    return pot


def _held(application: Application, kind: str, undone_by: str) -> int:
    entries = application.ledger_entries.filter(kind__in=[kind, undone_by]).values_list("kind", "amount_cents")
    return sum(cents if entry == kind else -cents for entry, cents in entries)


def reserved_cents(application: Application) -> int:
    """What is reserved in the pot for a case and neither lifted nor committed."""
    return _held(application, "reserve", "unreserve")


def committed_cents(application: Application) -> int:
    """What is committed for a case and was not released."""
    return _held(application, "commit", "release")


@writes
def reserve(application: Application, cents: int, *, by: Any) -> int:
    """Hold money for a prepared decision, replacing what was held before; 0 lifts the reservation.

    Returns what is held now: nothing when the pot has too little left (the decision can then only be prepared).
    """
    year = open_year(application.programme, application.year, by=by)
    held = reserved_cents(application)
    if held == cents:
        return held
    if held:
        post(year, "unreserve", held, by=by, application=application)
    if not cents:
        return 0
    year = lock_year(year)
    if not year.is_open or year.balances.free_cents < cents:
        return 0
    post(year, "reserve", cents, by=by, application=application)
    return cents


# --- Grants -----------------------------------------------------------------------------------------------------------


@writes
def award(application: Application, *, cents: int, letter: Letter, proof_due_on: date, by: Any) -> Grant:
    """Commit the money and create the grant with its usage proof, in the transaction that issues the letter.

    Raises Overdrawn, or Refused when the year is closed or its budget is provisional (§ 82 GO NRW).
    """
    programme = application.programme
    year = lock_year(open_year(programme, application.year, by=by))
    if not year.is_open:
        raise Refused(_("The budget year %s is closed.") % year.year)
    if year.blocked:
        raise Refused(
            _("The budget for %s is only provisional. The decision stays prepared until it is released.") % year.year
        )
    if held := reserved_cents(application):
        post(year, "unreserve", held, by=by, application=application)
    post(year, "commit", cents, by=by, application=application, ground=letter.title)
    result = application.evaluate()
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
        planned_own_cents=result.own_cents,
        planned_third_party_cents=result.third_party_cents,
        planned_income_cents=result.income_cents,
        minor_change_cents=programme.minor_change_cents,
        start=application.start,
        end=application.end,
        proof_due_on=proof_due_on,
    )
    save_with_history(grant, by=by, reason="award")
    record(grant.municipality_id, "grant.award", grant, by=by, details={"cents": cents})
    _open_proof(grant, by=by)
    return grant


def _open_proof(grant: Grant, *, by: Any) -> UsageProof:
    """The usage proof with a line per planned category, so its figures stand in the order of the plan."""
    proof = UsageProof(municipality_id=grant.municipality_id, grant=grant, organisation_id=grant.organisation_id)
    save_with_history(proof, by=by, reason="award")
    planned: dict[Any, int] = {}
    for line in grant.application.costs.select_related("category"):
        if not line.in_kind:
            planned[line.category] = planned.get(line.category, 0) + line.amount_cents
    for position, (category, cents) in enumerate(planned.items(), start=1):
        ProofLine.objects.create(
            municipality_id=grant.municipality_id,
            proof=proof,
            category=category,
            position=position,
            planned_cents=cents,
        )
    return proof


def _release_all_but(grant: Grant, kept_cents: int, *, by: Any, ground: str) -> None:
    """Give committed money back: to free while the year is open, afterwards it lapses (rules.after)."""
    lock_year(grant.budget_year)
    cents = committed_cents(grant.application) - kept_cents
    if cents > 0:
        post(grant.budget_year, "release", cents, by=by, application=grant.application, ground=ground[:300])


def _ends_unpaid(name: str) -> None:
    """Register a move that ends a grant and releases what of it was not paid."""

    @carries(Grant, name)
    @writes
    def operation(grant: Grant, *, by: Any, version: int | None = None, reason: str) -> Grant:
        fresh = perform(grant, name, by=by, version=version, reason=reason)
        _release_all_but(fresh, fresh.paid_cents, by=by, ground=reason)
        return fresh

    operation.__name__ = name


for _name in ("decline", "lapse", "revoke"):
    _ends_unpaid(_name)


@carries(Grant, "close")
@writes
def close(grant: Grant, *, by: Any, version: int | None = None) -> Grant:
    """Close a settled grant and with it the case."""
    perform(grant.application, "complete", by=by)
    return perform(grant, "close", by=by, version=version)


# --- Payments ---------------------------------------------------------------------------------------------------------


@writes
def call_for_funds(grant: Grant, cents: int, *, by: Any) -> Payment:
    """Ask for money: a payment order to the organisation's account as it stands now.

    Raises PermissionDenied, or Refused: not accepted yet, more than is left.
    """
    fresh = lock(grant)
    if not policies.may_call(fresh, by):
        raise PermissionDenied("not your grant")
    if fresh.state != GrantState.ACCEPTED:
        raise Refused(_("Money can be called for when the grant is accepted and no remedy is recorded."))
    if not 0 < cents <= fresh.callable_cents:
        raise Refused(_("You can call for up to %s.") % format_eur(fresh.callable_cents))
    return _request(fresh, cents, by=by)


def _request(grant: Grant, cents: int, *, by: Any, requested_by: Any = None) -> Payment:
    organisation = grant.organisation
    number = (grant.payments.aggregate(last=Max("number"))["last"] or 0) + 1
    file_number = grant.application.file_number
    payment = Payment(
        municipality_id=grant.municipality_id,
        grant=grant,
        organisation=organisation,
        number=number,
        end_to_end_id=f"{file_number}-{number}",
        amount_cents=cents,
        payee=organisation.name,
        account_holder=organisation.account_holder or organisation.name[:70],
        iban=organisation.iban,
        purpose=documents.payment_purpose(grant, number),
        requested_by=requested_by or (by if getattr(by, "pk", None) else None),
        requested_at=clock.now(),
    )
    save_with_history(payment, by=by, reason="call")
    record(payment.municipality_id, "payment.call", payment, by=by, details={"cents": cents})
    return payment


@writes
def export(payments: list[Payment], *, execute_on: date, by: Any) -> PaymentRun:
    """Hand ordered payments over, through the town's one channel, as one file whose bytes are kept.

    Raises Refused when the list is empty, a payment was exported meanwhile (two people at once), its day has not
    come by `execute_on`, or the day is not within the next two weeks; PermissionDenied by the four-eyes rule.
    """
    today = clock.today()
    if not payments:
        raise Refused(_("Please choose at least one payment."))
    if not today <= execute_on <= today + timedelta(days=14):
        raise Refused(_("The day of execution must lie between today and two weeks from now."))
    town = Municipality.objects.select_for_update().get(pk=payments[0].municipality_id)
    locked = [lock(payment) for payment in sorted(payments, key=lambda p: p.pk)]
    for payment in locked:
        if payment.state != PaymentState.ORDERED:
            raise Refused(_("%s is no longer waiting to be handed over.") % payment.end_to_end_id)
        if payment.due_on is None or payment.due_on > execute_on:
            raise Refused(
                _("%(id)s may be paid from %(day)s on.") % {"id": payment.end_to_end_id, "day": payment.due_on}
            )
    number = Counter.draw(town.pk, "payment-run", 0)
    file_name, content = documents.payment_file(town, locked, number=number, execute_on=execute_on, at=clock.now())
    run = PaymentRun.objects.create(
        municipality=town,
        number=number,
        channel=town.payment_channel,
        execute_on=execute_on,
        made_by=by,
        made_at=clock.now(),
        file_name=file_name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    for payment in locked:
        perform(payment, "export", by=by, run=run)
    record(town.pk, "run.export", run, by=by, details={"payments": len(locked), "sha256": run.sha256})
    return run


@carries(Payment, "book")
@writes
def book(payment: Payment, *, by: Any, version: int | None = None, booked_on: date) -> Payment:
    """The bank has paid: book it in the ledger. Raises Refused for a day in the future."""
    if booked_on > clock.today():
        raise Refused(_("A payment can only be booked when it has happened."))
    fresh = perform(payment, "book", by=by, version=version, booked_on=booked_on)
    grant = fresh.grant
    post(grant.budget_year, "pay", fresh.amount_cents, by=by, application=grant.application, ground=fresh.end_to_end_id)
    return fresh


@carries(Payment, "return_by_bank")
@writes
def return_by_bank(payment: Payment, *, by: Any, version: int | None = None, reason: str) -> Payment:
    """The bank sent the money back; if it was booked, the ledger takes that back."""
    was_booked = lock(payment).state == PaymentState.BOOKED
    fresh = perform(payment, "return_by_bank", by=by, version=version, reason=reason)
    grant = fresh.grant
    if was_booked:
        post(grant.budget_year, "unpay", fresh.amount_cents, by=by, application=grant.application, ground=reason[:300])
    outbox.post(
        "payment-returned",
        to=recipients(grant.application),
        about=grant.application,
        text=lambda: documents.payment_returned_mail(fresh),
    )
    return fresh


# --- Usage proof ------------------------------------------------------------------------------------------------------


@writes
def save_proof(
    proof: UsageProof,
    *,
    by: Any,
    version: int | None = None,
    answers: dict[str, Any] | None = None,
    spent: dict[int, int] | None = None,
    receipts: list[dict[str, Any]] | None = None,
) -> UsageProof:
    """Write the usage proof while it is open. `spent` maps a line's pk to cents. Raises Stale, Refused."""
    fresh = lock(proof, version=version)
    if not policies.may_write_proof(fresh, by):
        raise PermissionDenied("not your usage proof")
    if not fresh.may_be_written():
        raise Refused(_("The usage proof was already handed in."))
    for name, value in (answers or {}).items():
        setattr(fresh, name, value)
    for line in fresh.lines.all():
        if spent and line.pk in spent and line.spent_cents != spent[line.pk]:
            line.spent_cents = spent[line.pk]
            save_with_history(line, by=by, reason="proof")
    if receipts is not None:
        fresh.receipts.all().delete()
        for row in receipts:
            receipt = Receipt(municipality_id=fresh.municipality_id, proof=fresh, **row)
            save_with_history(receipt, by=by, reason="proof")
    fresh.version += 1
    save_with_history(fresh, by=by, reason="proof")
    return fresh


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
    outbox.post(
        "proof-receipt",
        to=recipients(fresh.grant.application),
        about=fresh.grant.application,
        text=lambda: documents.proof_receipt_mail(fresh),
    )
    return fresh


@writes
def check_proof(
    proof: UsageProof, *, by: Any, version: int | None = None, admitted: dict[int, tuple[int, str]]
) -> UsageProof:
    """Admit each line's amount (line pk -> cents, reason). Raises Refused for less than spent without a reason."""
    fresh = lock(proof, version=version)
    for line in fresh.lines.all():
        cents, reason = admitted.get(line.pk, (line.spent_cents, ""))
        if cents > line.spent_cents:
            raise Refused(_("%s: more cannot be admitted than was spent.") % line.category)
        if cents < line.spent_cents and not reason.strip():
            raise Refused(_("%s: please say why less is admitted than was spent.") % line.category)
        line.admitted_cents, line.reason = cents, reason
        save_with_history(line, by=by, reason="check")
    return perform(fresh, "check", by=by)


def settlement_of(proof: UsageProof) -> rules.Settlement:
    """What the usage proof comes to, by the rules of its financing (DOMAIN section 5)."""
    grant = proof.grant
    return rules.settle(
        financing=grant.financing,
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


def settle(proof: UsageProof, *, by: Any, version: int | None = None) -> Settlement:
    """Settle a checked proof with its letter: the rest is paid out, a claim opened, unused money goes back.

    The letter is made before the transaction; the version makes sure that it tells what is then settled.
    """
    version = proof.version if version is None else version
    outcome = settlement_of(proof)
    title, content = documents.settlement_letter(proof, outcome, day=clock.today(), by=by)
    return _settle(proof, outcome, title, content, by=by, version=version)


@writes
def _settle(
    proof: UsageProof, outcome: rules.Settlement, title: str, content: bytes, *, by: Any, version: int
) -> Settlement:
    grant = lock(proof.grant)
    fresh = perform(proof, "settle", by=by, version=version)
    application = grant.application
    letter = issue_letter(application, Letter.Kind.SETTLEMENT, title=title, content=content, by=by)
    paid = grant.paid_cents - grant.repaid_cents
    grant = perform(grant, "settle", by=by, settled_cents=outcome.grant_cents)
    if 0 < -grant.open_cents <= application.programme.small_claim_cents:
        grant.not_pursued_cents = -grant.open_cents
        save_with_history(grant, by=by, reason="small claim not pursued")
    _release_all_but(grant, max(outcome.grant_cents, paid), by=by, ground=title)
    if grant.open_cents > 0 and grant.callable_cents > 0:
        _request(grant, grant.callable_cents, by=by, requested_by=fresh.submitted_by)
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
        about=application,
        text=lambda: documents.settlement_mail(grant, letter),
        draft=True,
    )
    return settlement


@writes
def record_repayment(grant: Grant, cents: int, *, received_on: date, by: Any) -> Repayment:
    """Money came back from the recipient: book it. Raises Refused for more than is owed or a future day."""
    fresh = lock(grant)
    if not is_cashier(fresh, by):
        raise PermissionDenied("only the cashier records what came in")
    if received_on > clock.today():
        raise Refused(_("A repayment can only be booked when it has arrived."))
    if not 0 < cents <= -fresh.open_cents:
        raise Refused(_("%s are still to be paid back.") % format_eur(max(0, -fresh.open_cents)))
    repayment = Repayment(
        municipality_id=fresh.municipality_id, grant=fresh, amount_cents=cents, received_on=received_on, recorded_by=by
    )
    save_with_history(repayment, by=by, reason="repayment")
    post(fresh.budget_year, "repay", cents, by=by, application=fresh.application, ground=fresh.application.file_number)
    record(fresh.municipality_id, "grant.repayment", repayment, by=by, details={"cents": cents})
    return repayment
