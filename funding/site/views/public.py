"""Pages everybody may read: where money can be had, what for, and who is behind this site."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.formats import number_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from applications.views.beginning import Beginning
from funding import clock
from funding.kept import keep
from funding.languages import remember
from funding.models import Municipality, Programme, Round
from funding.policies import is_officer
from funding.presentation import FIRST
from funding.site import meter, qr
from funding.site.operations import choose_language
from funding.site.views.eligibility import may_begin, programme_at

IDEAS_AT_ONCE = 4


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for where no page names the icon, above all beside a PDF."""
    return redirect(static("icon.svg"))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every programme whose round is open, then those whose round is to come; signed-in people go on to their tasks."""
    if request.user.is_authenticated:
        return redirect("tasks")
    today = clock.today()
    rounds = Round.objects.filter(closes_on__gte=today).select_related("programme__municipality")
    soonest: dict[int, Round] = {}  # the round that counts for each programme: open and closing first, or opening first
    for entry in sorted(rounds, key=lambda entry: (entry.opens_on > today, entry.closes_on, entry.pk)):
        soonest.setdefault(entry.programme_id, entry)
    return render(request, "site/home.html", {"rounds": list(soonest.values()), "today": today})


@require_safe
def programme(request: HttpRequest, town: str, programme: str) -> HttpResponse:
    """What a town pays for, how much is left this year, by when to apply, whom to ask, and ideas to start from."""
    found = programme_at(town, programme)
    today = clock.today()
    categories = list(found.categories.all())
    names = {category.slug: found.word(category.name) for category in categories}
    ideas = [(idea, [(cost, names.get(cost.category, "")) for cost in idea.costs]) for idea in found.ideas_shown()]
    context = {
        "programme": found,
        "town": found.municipality,
        "open_round": found.rounds.open_on(today).first(),
        "next_round": found.rounds.filter(opens_on__gt=today).order_by("opens_on", "pk").first(),
        "categories": [(found.word(category.name), _share(category.eligible_share)) for category in categories],
        "criteria": [found.word(criterion) for criterion in found.criteria],
        "meter": meter.read(found, today.year),
        "ideas": ideas[:IDEAS_AT_ONCE],
        "more_ideas": ideas[IDEAS_AT_ONCE:],
        **_ways_in(request, found),
    }
    return render(request, "site/programme.html", context)


def _ways_in(request: HttpRequest, programme: Programme) -> dict[str, Any]:
    """How this visitor begins: by the questions, at once after them, on paper, or (who decides, pays, looks on) not."""
    if request.user.is_authenticated and is_officer(programme, request.user):
        return {"way": "paper"}
    if not may_begin(programme, request.user):
        return {"way": ""}
    beginning = Beginning(request, programme)
    return {"way": "questions" if beginning.next_question else "begin", "idea": beginning.idea}


@vary_on_headers("HX-Request")
@require_safe
def programme_meter(request: HttpRequest, town: str, programme: str) -> HttpResponse:
    """The budget meter for a page that is open: nothing (204) while it still shows the right figures."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("programme", town, programme)
    found = get_object_or_404(Programme.objects.select_related("municipality"), slug=programme, municipality__slug=town)
    reading = meter.read(found, clock.today().year)
    if reading is None or request.GET.get("shown") == reading.mark:
        return HttpResponse(status=204)
    context = {"programme": found, "town": found.municipality, "meter": reading}
    return render(request, "site/_meter.html", context)


@require_safe
def poster(request: HttpRequest, town: str, programme: str) -> HttpResponse:
    """A sheet to print: what is funded in each of the town's languages, and a code that leads to the programme."""
    found = programme_at(town, programme)
    address = request.build_absolute_uri(reverse("programme", args=[town, programme]))
    size, path = qr.path(address)
    languages = []
    for code in found.municipality.languages or [FIRST]:
        with translation.override(code):
            if code == FIRST or found.shown_summary != found.summary:
                languages.append((code, translation.get_language_bidi(), found.shown_summary))
    context = {
        "programme": found,
        "town": found.municipality,
        "address": address,
        "size": size,
        "path": path,
        "languages": languages,
    }
    return render(request, "site/poster.html", context)


def _share(share: Decimal) -> str:
    """How much of a kind of cost counts, in words."""
    if share == 1:
        return _("in full")
    if share == 0:
        return _("not; it may stand in the plan all the same")
    return _("%s percent of it") % number_format((share * 100).normalize())


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
    """Switch the language and lead back to the page, with what was typed on it (funding/kept.py).

    Remembered for the mails of somebody who is signed in. The button sits in the page's own form, whose fields come
    along: what this view itself needs is therefore in its address, `next` and `sent-before`.
    """
    language, page = request.POST.get("to-language", ""), request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(page, None):
        page = reverse("home")
    if language in dict(settings.LANGUAGES) and request.user.is_authenticated:
        choose_language(request.user, language)
    keep(request, page, sent_before="sent-before" in request.GET)
    return remember(redirect(page), language)
