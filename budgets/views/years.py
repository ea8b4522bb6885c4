"""The pot of a programme's year: figures, bar, ledger; supplement, cut, block, open."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from budgets import operations, policies, rules
from budgets.forms import YearBlockForm, YearMoveForm, YearOpenForm
from budgets.models import BudgetYear
from funding.gate import Refused
from funding.policies import Role
from funding.views import form_page

PER_PAGE = 25
MONEY = (Role.OFFICER, Role.DECIDER, Role.VERIFIER, Role.AUTHORISER, Role.CASHIER, Role.AUDITOR)


@login_required
@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """The pots this person works on, with what is free in each."""
    if not request.user.towns_as(*MONEY):  # type: ignore[union-attr]
        raise PermissionDenied
    page = Paginator(BudgetYear.objects.visible_to(request.user).with_free(), PER_PAGE).get_page(
        request.GET.get("page")
    )
    may_open = bool(request.user.towns_as(Role.OFFICER))  # type: ignore[union-attr]
    return render(request, "budgets/year_list.html", {"page_obj": page, "may_open": may_open})


@login_required
@require_safe
def year(request: HttpRequest, pk: int) -> HttpResponse:
    """One pot: every figure, the bar, the ledger."""
    pot = get_object_or_404(
        BudgetYear.objects.visible_to(request.user).select_related("programme", "municipality"), pk=pk
    )
    balances = pot.balances
    entries = pot.entries.select_related("application", "by").order_by("-number", "-pk")
    return render(
        request,
        "budgets/year.html",
        {
            "year": pot,
            "figures": _figures(balances),
            "segments": _segments(balances),
            "page_obj": Paginator(entries, PER_PAGE).get_page(request.GET.get("page")),
            "may_move": policies.may_move_year(pot, request.user),
        },
    )


def _figures(balances: rules.Balances) -> list[tuple[str, int, str]]:
    """Name, cents and meaning of every figure, in the order in which money goes through the pot."""
    return [
        (_("Allocated"), balances.allocated_cents, _("what the council gave, with supplements and cuts")),
        (_("Carried in"), balances.carried_in_cents, _("from the year before")),
        (_("Reserved"), balances.reserved_cents, _("for decisions that are prepared")),
        (_("Committed"), balances.committed_cents, _("by letters that were issued")),
        (_("Paid"), balances.paid_cents, _("booked payments")),
        (_("Repaid"), balances.repaid_cents, _("came back from recipients")),
        (_("Released"), balances.released_cents, _("committed and not needed after all")),
        (_("Carried over"), balances.carried_over_cents, _("committed, taken into the next year")),
        (_("Lapsed"), balances.lapsed_cents, _("can no longer be used")),
        (_("Still to be paid"), balances.outstanding_cents, _("committed and neither paid nor released")),
        (_("Free"), balances.free_cents, _("can still be awarded")),
    ]


def _segments(balances: rules.Balances) -> list[dict[str, Any]]:
    """The parts the pot of the year is in now; they add up to what was allocated and carried in."""
    parts = [
        (_("Paid"), balances.paid_cents - balances.repaid_cents, "brand"),
        (_("Committed, still to be paid"), balances.outstanding_cents, "success"),
        (_("Reserved"), balances.reserved_cents, "warning"),
        (_("Free"), balances.free_cents, "rest"),
        (_("Carried over"), balances.carried_over_cents, "success"),
        (_("Lapsed"), balances.lapsed_cents, "rest"),
    ]
    return [
        {"label": label, "cents": cents, "tone": tone}
        for index, (label, cents, tone) in enumerate(parts)
        if cents or index < 4
    ]


def _to_move(request: HttpRequest, pk: int) -> BudgetYear:
    pot = get_object_or_404(BudgetYear.objects.visible_to(request.user).select_related("programme"), pk=pk)
    if not policies.may_move_year(pot, request.user):
        raise PermissionDenied
    return pot


@login_required
@require_http_methods(["GET", "POST"])
def year_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Supplement or cut the pot, with its ground."""
    pot = _to_move(request, pk)
    form = YearMoveForm(request.POST or None, initial={"number": operations.last_number(pot)})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.move_year(
                pot, data["kind"], data["amount"], ground=data["ground"], by=request.user, after_number=data["number"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The pot was changed. The ledger names you and the ground."))
            return redirect("budgets:year", pk)
    return form_page(
        request, form, _("Change the pot of %s") % pot, _("Save the change"), reverse("budgets:year", args=[pk])
    )


@login_required
@require_http_methods(["GET", "POST"])
def year_block(request: HttpRequest, pk: int) -> HttpResponse:
    """Block the pot while the budget is provisional, or lift that; the page was made for one of the two."""
    pot = _to_move(request, pk)
    form = YearBlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.block_year(
                pot, blocked=request.POST.get("to") == "blocked", ground=form.cleaned_data["ground"], by=request.user
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Done. The ground stands in the history."))
            return redirect("budgets:year", pk)
    if pot.blocked:
        title, label = _("Release the budget of %s") % pot, _("Release the budget")
        lead = _("Prepared decisions can then be released, as far as the money suffices.")
    else:
        title, label = _("Block the budget of %s") % pot, _("Block the budget")
        lead = _("While the budget is provisional (§ 82 GO NRW), decisions can be prepared but not released.")
    extra = {"lead": lead, "hidden": [("to", "released" if pot.blocked else "blocked")]}
    return form_page(request, form, title, label, reverse("budgets:year", args=[pk]), **extra)


@login_required
@require_http_methods(["GET", "POST"])
def year_open(request: HttpRequest) -> HttpResponse:
    """Open the pot of a programme's year."""
    towns = request.user.towns_as(Role.OFFICER)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    form = YearOpenForm(request.POST or None, towns=towns)
    if request.method == "POST" and form.is_valid():
        pot = operations.open_year(form.cleaned_data["programme"], form.cleaned_data["year"], by=request.user)
        messages.success(request, _("The year is open."))
        return redirect("budgets:year", pot.pk)
    lead = _("It begins with the yearly budget of the programme. Supplements and cuts come later.")
    return form_page(request, form, _("Open a budget year"), _("Open the year"), reverse("budgets:years"), lead=lead)
