"""The grant as its recipient sees it: what to do next, the dates, the call for money, what came of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from budgets import operations, policies
from budgets.forms import CallForm, RepaymentForm
from budgets.models import Grant, Payment
from budgets.workflow import GrantState, PaymentState, ProofState
from funding import calendar, clock
from funding.bank import format_iban
from funding.gate import Refused, Stale
from funding.templatetags.show import eur_text
from funding.views import confirm_move, form_page

CALL_MONTHS = 2  # the two-month rule of payment on call for funds


def visible_grant(request: HttpRequest, pk: int) -> Grant:
    """The grant this person may read; 404 when the case is not theirs, 403 for the advisory board."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user).with_case(), pk=pk)
    if not policies.may_see_grant(grant, request.user):
        raise PermissionDenied
    request.town = grant.municipality  # type: ignore[attr-defined]  # whose name stands in the frame
    return grant


@login_required
@require_safe
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """The award in plain words."""
    found = visible_grant(request, pk)
    moves = found.moves_for(request.user)
    is_recipient = bool(request.user.right_in(found.organisation_id))  # type: ignore[union-attr]
    proof = found.proofs.first()
    payments = sorted(found.payments.all(), key=lambda payment: -payment.number)
    return render(
        request,
        "budgets/grant.html",
        {
            "grant": found,
            "letter": found.letter,
            "letters": found.application.letters.defer("content"),
            "is_recipient": is_recipient,
            "next_step": next_step(found, proof) if is_recipient else "",
            "moves": [move for move in moves if move.name != "waive"],
            "waive": next((move for move in moves if move.name == "waive"), None),
            "may_waive_later": _may_waive_later(found, request.user),
            "dates": _dates(found),
            "payments": [(payment, payment_in_words(payment)) for payment in payments],
            "may_call": may_call(found, request.user),
            "may_repay": policies.may_record_repayment(found, request.user) and found.claim_cents > 0,
            "proof": proof,
            "account": masked(*operations.latest_account(found)),
        },
    )


def may_call(grant: Grant, user: Any) -> bool:
    """Something can be called for, by this person."""
    is_running = grant.state in (GrantState.ACCEPTED, GrantState.SETTLED)
    return is_running and grant.callable_cents > 0 and policies.may_call(grant, user)


def masked(iban: str, holder: str) -> tuple[str, str]:
    """(IBAN with its middle hidden, holder): enough to recognise the account, not to use it."""
    return (f"{format_iban(iban)[:4]} … {iban[-4:]}" if iban else "", holder)


def _may_waive_later(grant: Grant, user: Any) -> bool:
    """Waiving is possible as soon as the letter was opened."""
    waits = grant.state == GrantState.ACCEPTED and grant.waived_on is None and grant.letter.opened_at is None
    return waits and policies.may_answer(grant, user)


def next_step(grant: Grant, proof: Any) -> str:
    """What the recipient does next, in one or two sentences."""
    state, day = grant.state, grant.payable_from
    if state == GrantState.ISSUED:
        return _("Please read the letter. Then say whether you accept the grant.")
    if state == GrantState.CONTESTED:
        return _("A remedy is recorded. Until it is decided, nothing is paid. You need not do anything now.")
    if state == GrantState.ACCEPTED and proof and proof.state == ProofState.RETURNED:
        return _("We have a question about your usage proof. Please look at it again.")
    if state == GrantState.ACCEPTED and proof and proof.state != ProofState.OPEN:
        return _("We have your usage proof and check it. You need not do anything now.")
    if state == GrantState.ACCEPTED and grant.needs_account:
        return _("The bank sent the last payment back. Please call for the money again, with an account that works.")
    if state == GrantState.ACCEPTED and grant.callable_cents:
        if day is None:
            return _("You can call for money now. It is paid as soon as the letter counts as received and is final.")
        if day > clock.today():
            return _("You can call for money now. It is paid from %(day)s on.") % {"day": date_format(day)}
        return _("You can call for money now.")
    if state == GrantState.ACCEPTED:
        day_of_proof = date_format(grant.proof_due_on)
        return _("When your project is over, tell us what you did with the money: by %(day)s at the latest.") % {
            "day": day_of_proof
        }
    if grant.claim_cents:
        return _("%(amount)s are to be paid back. The letter says why, until when and to which account.") % {
            "amount": eur_text(grant.claim_cents)
        }
    if state == GrantState.SETTLED and grant.open_cents > 0:
        return _("The rest, %(amount)s, is still to be paid to you.") % {"amount": eur_text(grant.open_cents)}
    if state == GrantState.SETTLED:
        return _("Everything is settled. Thank you for what you did.")
    return _("There is nothing left to do.")


def _dates(grant: Grant) -> list[tuple[str, Any]]:
    letter, payable = grant.letter, grant.payable_from
    notified = date_format(letter.notified_on) if letter.notified_on else _("not yet")
    ends = date_format(letter.remedy_ends_on) if letter.remedy_ends_on else _("one month after that")
    pairs = [
        (_("The letter counts as received on"), notified),
        (_("You can sue until"), ends),
        (_("The money can be paid from"), date_format(payable) if payable else _("the letter is not final yet")),
    ]
    if grant.accepted_on:
        pairs.append((_("Accepted on"), date_format(grant.accepted_on)))
    if grant.waived_on:
        pairs.append((_("Right to sue waived on"), date_format(grant.waived_on)))
    period = f"{date_format(grant.start)} – {date_format(grant.end)}"
    return [*pairs, (_("Project"), period), (_("Usage proof due on"), date_format(grant.proof_due_on))]


def payment_in_words(payment: Payment) -> tuple[str, str]:
    """(what happens with it, tone of its badge) for the recipient."""
    due = payment.due_on or payment.grant.payable_from
    words = {
        PaymentState.REQUESTED: (_("We have your call and check it."), "info"),
        PaymentState.VERIFIED: (_("Checked. Now somebody else orders the payment."), "info"),
        PaymentState.ORDERED: (
            _("Ordered. It goes to the bank from %(day)s on.") % {"day": date_format(due)} if due else _("Ordered."),
            "info",
        ),
        PaymentState.EXPORTED: (_("On its way to your account."), "info"),
        PaymentState.RETURNED: (_("The bank sent it back: %(reason)s") % {"reason": payment.note}, "warning"),
        PaymentState.SENT_BACK: (_("Not paid: %(reason)s You can call again.") % {"reason": payment.note}, "warning"),
        PaymentState.CANCELLED: (_("Not paid: %(reason)s You can call again.") % {"reason": payment.note}, "warning"),
    }
    if payment.state == PaymentState.BOOKED and payment.booked_on:
        return _("Paid on %(day)s.") % {"day": date_format(payment.booked_on)}, "success"
    return words.get(PaymentState(payment.state), (str(payment.get_state_display()), "neutral"))


@login_required
@require_http_methods(["GET", "POST"])
def grant_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Any move of a grant, through the confirm page all moves share."""
    found = visible_grant(request, pk)
    return confirm_move(request, found, name, back=reverse("budgets:grant", args=[pk]))


@login_required
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Call for money: look at amount and account, send."""
    found = visible_grant(request, pk)
    if not policies.may_call(found, request.user):
        raise PermissionDenied
    back = reverse("budgets:grant", args=[pk])
    if request.method == "GET" and not may_call(found, request.user):
        messages.warning(request, _("There is nothing to call for now. Here is how the grant stands."))
        return redirect(back)
    initial = {"version": found.version, "amount": found.callable_cents}
    form = CallForm(request.POST or None, grant=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.call_for_funds(
                found, data["amount"], by=request.user, version=data["version"], account=form.account
            )
        except Stale:
            messages.warning(request, _("The grant has changed, or you have already called. Here is how it stands."))
            return redirect(back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("We have your call. One person checks it, another orders the payment. You see it here.")
            )
            return redirect(back)
    context = {
        "form": form,
        "grant": found,
        "account": masked(*operations.latest_account(found)),
        "spend_by": calendar.add_months(clock.today(), CALL_MONTHS),
        "payable_from": found.payable_from,
        "today": clock.today(),
        "cancel_url": back,
    }
    return render(request, "budgets/call.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def repayment(request: HttpRequest, pk: int) -> HttpResponse:
    """Book money that came back from the recipient."""
    found = visible_grant(request, pk)
    if not policies.may_record_repayment(found, request.user):
        raise PermissionDenied
    back = reverse("budgets:grant", args=[pk])
    if request.method == "GET" and not found.claim_cents:
        messages.warning(request, _("Nothing is to be paid back for this grant."))
        return redirect(back)
    form = RepaymentForm(request.POST or None, initial={"version": found.version, "amount": found.claim_cents})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.record_repayment(
                found, data["amount"], received_on=data["received_on"], by=request.user, version=data["version"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The repayment is booked."))
            return redirect(back)
    lead = _("%(amount)s are still to be paid back.") % {"amount": eur_text(found.claim_cents)}
    return form_page(request, form, _("Book a repayment"), _("Book it"), back, lead=lead)
