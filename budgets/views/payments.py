"""Payments as the finance office sees them: the list, one payment with its confirmations, the runs and their files."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from budgets import documents, operations, policies
from budgets.forms import PaymentSearch, RunForm
from budgets.models import Payment, PaymentRun
from budgets.views.years import MONEY, PER_PAGE
from budgets.workflow import PaymentState
from funding import clock
from funding.gate import Refused
from funding.policies import Role, may_see_money
from funding.views import confirm_move

TONES = {
    PaymentState.BOOKED: "success",
    PaymentState.RETURNED: "danger",
    PaymentState.SENT_BACK: "warning",
    PaymentState.CANCELLED: "neutral",
}


@login_required
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """All payments of the person's towns, the ones that wait for somebody one tap away."""
    towns = request.user.towns_as(*MONEY)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    visible = Payment.objects.visible_to(request.user).filter(municipality__in=towns)
    form = PaymentSearch(request.GET or None)
    found = visible.with_case().in_order()
    state = ""
    if form.is_bound and form.is_valid():
        state = form.cleaned_data["state"]
        found = found.matching(form.cleaned_data["words"])
        found = found.in_states(state) if state else found
    context = {
        "form": form,
        "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "tabs": _tabs(visible, state),
        "tones": TONES,
        "may_run": bool(request.user.towns_as(Role.CASHIER)),  # type: ignore[union-attr]
        "may_read_runs": bool(request.user.towns_as(Role.CASHIER, Role.AUDITOR)),  # type: ignore[union-attr]
    }
    return render(request, "budgets/payment_list.html", context)


def _tabs(visible: Any, state: str) -> list[dict[str, Any]]:
    """What waits for whom, counted in one query."""
    waiting = {
        PaymentState.REQUESTED: _("To verify"),
        PaymentState.VERIFIED: _("To order"),
        PaymentState.ORDERED: _("To hand over"),
        PaymentState.EXPORTED: _("To book"),
    }
    counts = visible.aggregate(**{key.name: Count("pk", filter=Q(state=key)) for key in waiting})
    tabs = [
        {"label": label, "count": counts[key.name], "query": f"?state={key}", "current": state == key}
        for key, label in waiting.items()
    ]
    return [*tabs, {"label": _("All"), "count": None, "query": "?", "current": not state}]


def _visible_payment(request: HttpRequest, pk: int) -> Payment:
    """The payment with its case; 403 for the recipient, who reads it on the page of the grant."""
    found = get_object_or_404(Payment.objects.visible_to(request.user).with_order(), pk=pk)
    if not may_see_money(found, request.user):
        raise PermissionDenied
    return found


@login_required
@require_safe
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment order: ground, account, who did what, what comes next."""
    found = _visible_payment(request, pk)
    return render(
        request,
        "budgets/payment.html",
        {
            "payment": found,
            "grant": found.grant,
            "tone": TONES.get(PaymentState(found.state), "info"),
            "moves": found.moves_for(request.user),
            "hindrances": _hindrances(found, request.user),
            "entries": _history(found),
            "warnings": _warnings(found),
            "may_read_runs": bool(found.run) and policies.may_read_runs(found, request.user),
        },
    )


def _hindrances(payment: Payment, user: Any) -> list[Any]:
    """Why a move this person could make is not possible yet."""
    possible = [move for move in payment.moves().values() if not move.internal and move.has_perm(user)]
    sentences = [move.hindrance() for move in possible]
    return list(dict.fromkeys(sentence for sentence in sentences if sentence))


def _history(payment: Payment) -> list[dict[str, Any]]:
    """Who did what and when, newest first."""
    labels = {name: move.custom["label"] for name, move in _declared(payment).items()} | {"call": _("Asked for")}
    names = dict(PaymentState.choices)
    rows = payment.history.select_related("history_user").order_by("-history_date", "-history_id")
    return [
        {
            "when": row.history_date,
            "what": labels.get(row.history_change_reason) or names[row.state],
            "who": row.history_user or "",
            "note": row.note if row.history_change_reason not in labels else "",
        }
        for row in rows
    ]


def _declared(payment: Payment) -> dict[str, Any]:
    return {t.name: t for t in payment._meta.get_field("state").get_all_transitions(Payment)}


def _warnings(payment: Payment) -> list[str]:
    """What whoever verifies should look at: an account other than the one that was applied with."""
    if operations.applied_account(payment.grant)[0] != payment.iban:
        return [_("The account is not the one in the application. Please call the group before you confirm it.")]
    return []


@login_required
@require_http_methods(["GET", "POST"])
def payment_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Any move of a payment, through the confirm page all moves share."""
    found = _visible_payment(request, pk)
    return confirm_move(request, found, name, back=reverse("budgets:payment", args=[pk]))


@login_required
@require_safe
def payment_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The payment order as PDF, with the confirmations given so far."""
    found = _visible_payment(request, pk)
    response = HttpResponse(documents.payment_order_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="auszahlungsanordnung-{found.end_to_end_id}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


# --- Runs -------------------------------------------------------------------------------------------------------------


def _run_towns(request: HttpRequest) -> list[int]:
    towns = request.user.towns_as(Role.CASHIER, Role.AUDITOR)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    return towns


@login_required
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """What was handed over so far."""
    _run_towns(request)
    found = PaymentRun.objects.visible_to(request.user).defer("content").select_related("made_by")
    found = found.annotate(count=Count("payments"), total_cents=Sum("payments__amount_cents"))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    may_run = bool(request.user.towns_as(Role.CASHIER))  # type: ignore[union-attr]
    return render(request, "budgets/run_list.html", {"page_obj": page, "may_run": may_run})


@login_required
@require_http_methods(["GET", "POST"])
def run_create(request: HttpRequest) -> HttpResponse:
    """Choose ordered payments and the day, and hand them over as one file."""
    towns = request.user.towns_as(Role.CASHIER)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    waiting = _ordered(request.user, towns)
    form = RunForm(request.POST or None, payments=waiting, initial={"execute_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = operations.export(data["payments"], execute_on=data["execute_on"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The payments are handed over. Now give the file to the bank or the finance system.")
            )
            return redirect("budgets:run", made.pk)
    context = {"form": form, "has_payments": bool(form.fields["payments"].queryset)}  # type: ignore[attr-defined]
    return render(request, "budgets/run_create.html", context)


def _ordered(user: Any, towns: list[int]) -> Any:
    """What this cashier may hand over: ordered, and neither verified nor ordered by the same person."""
    ordered = Payment.objects.filter(municipality__in=towns).in_states(PaymentState.ORDERED)
    own = Q(verified_by=user) | Q(ordered_by=user) | Q(requested_by=user) | Q(organisation__memberships__user=user)
    own |= Q(grant__application__in=user.withheld_cases)
    return ordered.exclude(pk__in=ordered.filter(own).values("pk")).order_by("due_on", "pk")


@login_required
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run with its payments and its file."""
    _run_towns(request)
    found = get_object_or_404(
        PaymentRun.objects.visible_to(request.user).defer("content").select_related("made_by"), pk=pk
    )
    listed = found.payments.exclude(grant__application__in=request.user.withheld_cases)  # type: ignore[union-attr]
    listed = listed.with_case().order_by("end_to_end_id", "pk")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    total = found.payments.aggregate(cents=Sum("amount_cents"))["cents"] or 0
    return render(request, "budgets/run.html", {"run": found, "page_obj": page, "total_cents": total, "tones": TONES})


@login_required
@require_safe
def run_file(request: HttpRequest, key: str) -> HttpResponse:
    """The file of a run, byte for byte as it was made."""
    _run_towns(request)
    found = get_object_or_404(PaymentRun.objects.visible_to(request.user), key=key)
    if found.payments.filter(grant__application__in=request.user.withheld_cases).exists():  # type: ignore[union-attr]
        raise PermissionDenied  # it names payee and account of a case they are biased in
    kind = "application/xml" if found.file_name.endswith(".xml") else "text/csv; charset=utf-8"
    response = HttpResponse(bytes(found.content), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    response["Cache-Control"] = "no-store"
    return response
