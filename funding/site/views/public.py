"""Pages everybody may read: where money can be had, what for, and who is behind this site."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from budgets.models import BudgetYear
from funding import clock
from funding.models import Municipality, Programme, Round
from funding.site.operations import choose_language


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every programme with an open round; who is signed in goes on to their tasks."""
    if request.user.is_authenticated:
        return redirect("tasks")
    today = clock.today()
    open_rounds = Round.objects.open_on(today).select_related("programme__municipality")
    return render(request, "site/home.html", {"rounds": open_rounds})


@require_safe
def programme(request: HttpRequest, town: str, programme: str) -> HttpResponse:
    """What a town pays for, how much is left this year, by when to apply and whom to ask."""
    found = get_object_or_404(
        Programme.objects.select_related("municipality").prefetch_related("categories"),
        slug=programme,
        municipality__slug=town,
    )
    today = clock.today()
    context = {
        "programme": found,
        "town": found.municipality,
        "open_round": found.rounds.open_on(today).first(),
        "next_round": found.rounds.filter(opens_on__gt=today).order_by("opens_on", "pk").first(),
        "categories": [(category.name, _share(category.eligible_share)) for category in found.categories.all()],
        "pot": _pot(found, today.year),
        "year": today.year,
        "apply_url": reverse("applications:create", args=[found.pk]),
    }
    return render(request, "site/programme.html", context)


def _share(share: Decimal) -> str:
    """How much of a kind of cost counts, in words."""
    if share == 1:
        return _("in full")
    if share == 0:
        return _("not; it may stand in the plan all the same")
    return _("%s percent of it") % number_format((share * 100).normalize())


def _pot(programme: Programme, year: int) -> dict[str, Any] | None:
    """How much of this year's money is still free; None where no budget was entered."""
    if not programme.budget_per_year_cents:
        return None
    pot = BudgetYear.objects.filter(programme=programme, year=year).first()
    if pot is None:
        total = free = programme.budget_per_year_cents  # nobody has opened this year yet
    else:
        balances = pot.balances
        total = balances.allocated_cents + balances.carried_in_cents
        free = balances.not_awarded_cents
    promised = max(0, total - free)
    segments = [
        {"label": _("Promised to projects"), "cents": promised, "tone": "brand"},
        {"label": _("Still free"), "cents": free, "tone": "rest"},
    ]
    return {"total_cents": total, "free_cents": free, "segments": segments}


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    towns = Municipality.objects.order_by("name", "pk")
    return render(request, "site/imprint.html", {"towns": towns})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    towns = Municipality.objects.order_by("name", "pk")
    return render(request, "site/privacy.html", {"towns": towns})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    towns = Municipality.objects.order_by("name", "pk")
    return render(request, "site/accessibility.html", {"towns": towns})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language, and remember it for the mails of somebody who is signed in."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        choose_language(request.user, language)
    return django_set_language(request)
