"""Before the form, without an account: five questions, an idea to start from, and the button that begins a draft."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.forms.eligibility import QUESTIONS
from applications.policies import may_start
from applications.rules.eligibility import NO
from applications.views.beginning import Beginning
from funding import clock
from funding.models import Programme
from funding.site import eligibility

STEPS = list(QUESTIONS)


def programme_at(town: str, slug: str) -> Programme:
    """The programme of an address."""
    programmes = Programme.objects.select_related("municipality").prefetch_related("categories")
    return get_object_or_404(programmes, slug=slug, municipality__slug=town)


def may_begin(programme: Programme, user: Any) -> bool:
    """Whether a button that begins an application leads anywhere: everybody who has not signed in yet may try."""
    return not user.is_authenticated or may_start(programme, user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, town: str, programme: str, step: str) -> HttpResponse:
    """One question; who is ahead of their answers comes back to the first that has none."""
    if step not in QUESTIONS:
        raise Http404
    found = programme_at(town, programme)
    beginning = Beginning(request, found)
    if beginning.next_question in STEPS[: STEPS.index(step)]:
        return redirect("eligibility", town, programme, beginning.next_question)
    is_typed = request.method == "POST" or request.POST  # the latter: kept when the language changed
    form = QUESTIONS[step](request.POST, programme=found) if is_typed else beginning.form(step)
    if request.method == "POST" and form.is_valid():
        beginning.keep(step, request.POST)
        return redirect(*_after(beginning, town, programme, step))
    place = STEPS.index(step)
    context = {
        "programme": found,
        "town": found.municipality,
        "title": form.title,
        "form": form,
        "number": place + 1,
        "count": len(STEPS),
        "before": STEPS[place - 1] if place else "",
        "idea": beginning.idea,
        "may_begin": may_begin(found, request.user),
    }
    return render(request, "site/eligibility_question.html", context)


def _after(beginning: Beginning, town: str, programme: str, step: str) -> tuple[str, ...]:
    """The next question; the result when it was the last or when the answer is no already."""
    rest = STEPS[STEPS.index(step) + 1 :]
    if not rest or eligibility.judge(beginning).outcome == NO:
        return "eligibility-result", town, programme
    return "eligibility", town, programme, rest[0]


@never_cache
@require_safe
def result(request: HttpRequest, town: str, programme: str) -> HttpResponse:
    """Yes, not this fund, or talk to us."""
    found = programme_at(town, programme)
    beginning = Beginning(request, found)
    judged = eligibility.judge(beginning)
    missing = beginning.next_question
    if missing and judged.outcome != NO:
        return redirect("eligibility", town, programme, missing)
    context = {
        "programme": found,
        "town": found.municipality,
        "result": judged,
        "given": eligibility.given(beginning),
        "idea": beginning.idea,
        "round": found.rounds.open_on(clock.today()).first(),
        "may_begin": may_begin(found, request.user),
    }
    return render(request, "site/eligibility_result.html", context)


@require_POST
def take_idea(request: HttpRequest, town: str, programme: str) -> HttpResponse:
    """Start from an idea, or (with an empty name) from an empty page after all."""
    found = programme_at(town, programme)
    slug = request.POST.get("idea", "")
    idea = found.idea(slug) if slug else None
    if slug and idea is None:
        raise Http404
    beginning = Beginning(request, found)
    beginning.take(idea)
    if (missing := beginning.next_question) is None:
        return redirect("eligibility-result", town, programme)
    return redirect("eligibility", town, programme, missing)


@require_POST
def begin(request: HttpRequest, town: str, programme: str) -> HttpResponse:
    """Remember that the visitor wants a draft, and lead on: through sign-in, if need be, to the task list."""
    found = programme_at(town, programme)
    Beginning(request, found).want()
    return redirect("applications:create", found.pk)
