"""Payments: asked for, verified by one, ordered by another, handed over by a third, booked or returned.

A payment is written only with its grant locked: what may be called for and whether it is disputed stand there.
"""

import hashlib
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from applications.models import Organisation
from applications.operations import recipients
from budgets import documents, policies
from budgets.documents.mails import payment_sent_back_mail
from budgets.models import Grant, Payment, PaymentRun, Repayment
from budgets.operations.pot import post
from budgets.workflow import GrantState, PaymentState
from funding import clock, outbox
from funding.bank import BankError, check_iban, sepa_text
from funding.gate import Refused, carries, lock, perform, record, save_with_history, writes
from funding.models import Counter, Municipality
from funding.money import format_eur

RUN_DAYS = 14  # a bank takes no order for a day much further ahead


@writes
def call_for_funds(
    grant: Grant, cents: int, *, by: Any, version: int | None = None, account: tuple[str, str] | None = None
) -> Payment:
    """Ask for money: a payment order to the organisation's account, or to another one after the bank sent money back.

    `account` is (IBAN, holder); whoever verifies and orders the payment sees that it is another one. Raises
    PermissionDenied, Stale (called meanwhile), or Refused: not accepted yet, more than is left, no account.
    """
    fresh = lock(grant, version=version)
    if not policies.may_call(fresh, by):
        raise PermissionDenied("not your grant")
    if fresh.state not in (GrantState.ACCEPTED, GrantState.SETTLED):
        raise Refused(_("Money can be called for when the grant is accepted and no remedy is recorded."))
    if not 0 < cents <= fresh.callable_cents:
        raise Refused(_("You can call for up to %s.") % format_eur(fresh.callable_cents))
    if account is not None and not fresh.needs_account:
        raise Refused(_("The bank account can only be changed here after the bank sent a payment back."))
    payment = request_payment(fresh, cents, by=by, account=account)
    fresh.version += 1
    save_with_history(fresh, by=by, reason="call")
    return payment


@writes
def request_payment(
    grant: Grant, cents: int, *, by: Any, requested_by: Any = None, account: tuple[str, str] | None = None
) -> Payment:
    """The payment order itself, for a grant that is locked. Raises Refused for an account no bank would take."""
    iban, holder = account or latest_account(grant)
    try:
        iban, holder = check_iban(iban), sepa_text(holder, 70)
    except BankError as error:
        raise Refused(str(error)) from None
    organisation = grant.organisation
    number = (grant.payments.aggregate(last=Max("number"))["last"] or 0) + 1
    payment = Payment(
        municipality_id=grant.municipality_id,
        grant=grant,
        organisation=organisation,
        number=number,
        end_to_end_id=f"{grant.application.file_number}-{number}",
        amount_cents=cents,
        payee=_applicant(grant).name,
        account_holder=holder,
        iban=iban,
        purpose=documents.payment_purpose(grant, number),
        requested_by=requested_by or (by if getattr(by, "pk", None) else None),
        requested_at=clock.now(),
    )
    save_with_history(payment, by=by, reason="call")
    record(payment.municipality_id, "payment.call", payment, by=by, details={"cents": cents})
    return payment


def latest_account(grant: Grant) -> tuple[str, str]:
    """(IBAN, holder) of the next payment: the one of the payment before, else the one that was applied with.

    Never the organisation's present one: one person alone could change it after the award, in another draft.
    """
    before = max(grant.payments.all(), key=lambda payment: payment.number, default=None)
    return (before.iban, before.account_holder) if before is not None else applied_account(grant)


def applied_account(grant: Grant) -> tuple[str, str]:
    """(IBAN, holder) of the application as it was sent in."""
    applicant = _applicant(grant)
    return applicant.iban, applicant.account_holder or applicant.name


def _applicant(grant: Grant) -> Organisation:
    """The recipient as the application was sent in; of one kept without a snapshot as it is now."""
    submission = grant.application.submissions.first()
    return submission.organisation if submission else grant.organisation


def _with_grant_locked(name: str) -> None:
    """Register a move of a payment that depends on its grant: nobody contests or settles it at the same moment."""

    @carries(Payment, name)
    @writes
    def operation(payment: Payment, *, by: Any, version: int | None = None) -> Payment:
        lock(payment.grant)
        return perform(payment, name, by=by, version=version)

    operation.__name__ = name


for _name in ("verify", "order"):
    _with_grant_locked(_name)


def _ends_unpaid(name: str) -> None:
    """Register a move that ends a payment before it left; the group reads why and can call again."""

    @carries(Payment, name)
    @writes
    def operation(payment: Payment, *, by: Any, version: int | None = None, reason: str) -> Payment:
        lock(payment.grant)
        fresh = perform(payment, name, by=by, version=version, reason=reason)
        application = fresh.grant.application
        outbox.post(
            "payment-sent-back",
            to=recipients(application),
            about=application,
            text=lambda: payment_sent_back_mail(fresh),
        )
        return fresh

    operation.__name__ = name


for _name in ("send_back", "cancel"):
    _ends_unpaid(_name)


def hindrance(payment: Payment, execute_on: date) -> Any:
    """Why a payment cannot be handed over for a day, as a sentence, or None."""
    name = {"id": payment.end_to_end_id}
    if payment.state != PaymentState.ORDERED:
        return _("%(id)s is no longer waiting to be handed over. Somebody else was quicker.") % name
    if (sentence := payment.moves()["export"].hindrance()) is not None:
        return f"{payment.end_to_end_id}: {sentence}"
    # The letter's dates may have changed since the order, for example when it came back undelivered.
    day = payment.grant.payable_from
    if day is None:
        return _("%(id)s cannot be paid: its letter is not binding.") % name
    if max(day, payment.due_on or day) > execute_on:
        due = max(day, payment.due_on or day)
        return _("%(id)s may be paid from %(day)s on.") % {**name, "day": date_format(due)}
    return None


@writes
def export(payments: list[Payment], *, execute_on: date, by: Any) -> PaymentRun:
    """Hand ordered payments over, through the town's one channel, as one file whose bytes are kept.

    Raises Refused when the list is empty, a payment was exported meanwhile (two people at once), its day has not
    come by `execute_on`, the day is not within the next two weeks, or the file cannot carry a payment;
    PermissionDenied by the four-eyes rule.
    """
    today = clock.today()
    if not payments:
        raise Refused(_("Please choose at least one payment."))
    if not today <= execute_on <= today + timedelta(days=RUN_DAYS):
        raise Refused(_("The day of execution must lie between today and two weeks from now."))
    if len({payment.municipality_id for payment in payments}) > 1:
        raise PermissionDenied("one run is one town's")
    locked = _lock_all(payments)
    for payment in locked:
        if (sentence := hindrance(payment, execute_on)) is not None:
            raise Refused(sentence)
    town = Municipality.objects.get(pk=payments[0].municipality_id)
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


def _lock_all(payments: list[Payment]) -> list[Payment]:
    """The payments as they are now, their grants locked first, both in a fixed order."""
    ids = [payment.pk for payment in payments]
    list(Grant.objects.filter(payments__in=ids).select_for_update(of=("self",)).order_by("pk"))
    found = Payment.objects.filter(pk__in=ids).select_for_update(of=("self",)).with_order()
    return list(found.order_by("pk"))


@carries(Payment, "book")
@writes
def book(payment: Payment, *, by: Any, version: int | None = None, booked_on: date) -> Payment:
    """The bank has paid: book it in the ledger. Raises Refused for a day in the future or before the hand-over."""
    if booked_on > clock.today():
        raise Refused(_("A payment can only be booked when it has happened."))
    lock(payment.grant)
    fresh = perform(payment, "book", by=by, version=version, booked_on=booked_on)
    if fresh.run and booked_on < timezone.localdate(fresh.run.made_at, clock.BERLIN):
        raise Refused(_("That day lies before the payment was handed over. Please look at the bank statement again."))
    grant = fresh.grant
    post(grant.budget_year, "pay", fresh.amount_cents, by=by, application=grant.application, ground=fresh.end_to_end_id)
    return fresh


@carries(Payment, "return_by_bank")
@writes
def return_by_bank(payment: Payment, *, by: Any, version: int | None = None, reason: str) -> Payment:
    """The bank sent the money back; if it was booked, the ledger takes that back."""
    lock(payment.grant)
    was_booked = lock(payment).state == PaymentState.BOOKED
    fresh = perform(payment, "return_by_bank", by=by, version=version, reason=reason)
    grant = fresh.grant
    if was_booked:
        post(grant.budget_year, "unpay", fresh.amount_cents, by=by, application=grant.application, ground=reason)
    outbox.post(
        "payment-returned",
        to=recipients(grant.application),
        about=grant.application,
        text=lambda: documents.payment_returned_mail(fresh),
    )
    return fresh


@writes
def record_repayment(grant: Grant, cents: int, *, received_on: date, by: Any, version: int | None = None) -> Repayment:
    """Money came back from the recipient: book it.

    Raises PermissionDenied, Stale (booked meanwhile), Refused without a claim, for more than is owed or a future day.
    """
    fresh = lock(grant, version=version)
    if not policies.may_record_repayment(fresh, by):
        raise PermissionDenied("only the cashier records what came in")
    if fresh.claim_cents == 0:
        raise Refused(_("Nothing is to be paid back for this grant."))
    if received_on > clock.today():
        raise Refused(_("A repayment can only be booked when it has arrived."))
    if not 0 < cents <= fresh.claim_cents:
        raise Refused(_("%s are still to be paid back.") % format_eur(fresh.claim_cents))
    repayment = Repayment(
        municipality_id=fresh.municipality_id, grant=fresh, amount_cents=cents, received_on=received_on, recorded_by=by
    )
    save_with_history(repayment, by=by, reason="repayment")
    post(fresh.budget_year, "repay", cents, by=by, application=fresh.application, ground=fresh.application.file_number)
    record(fresh.municipality_id, "grant.repayment", repayment, by=by, details={"cents": cents})
    fresh.version += 1
    save_with_history(fresh, by=by, reason="repayment")
    return repayment
