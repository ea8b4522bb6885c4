"""The formal check: the application on one side, the findings on the other; costs that are admitted only in part."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from applications.models import Application
from applications.rules import Result
from funding import clock
from funding.gate import Refused, Stale
from funding.templatetags.show import eur
from review import operations
from review.checklist import points
from review.earlier import earlier_grants, similar_cases
from review.forms import ChecklistForm, CutsForm
from review.models import admitted_result, cuts_of
from review.summary import case_of
from review.views.desk import GET_POST, too_late, visible_case


@login_required
@require_http_methods(GET_POST)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist with the machine's findings: confirm what is clear in one press, decide on the rest."""
    application = visible_case(request, pk)
    if request.method != "POST" and application.state not in operations.IN_CHECK:
        return too_late(request, application)
    form = _checklist(request, application)
    if request.method == "POST" and _saved(request, application, form):
        return redirect("review:check", application.pk)
    if form.is_bound:
        # Whatever was saved or written meanwhile: the page shows it beside what was typed.
        application = visible_case(request, pk)
        form.show(application)
    here = reverse("review:check", args=[application.pk])
    open_points = application.open_points
    context: dict[str, Any] = {
        "application": application,
        "case": case_of(application),
        "form": form,
        "over": application.state not in operations.IN_CHECK,
        "open_points": len(open_points),
        "decided": len(form.points) - len(open_points),
        "moves": [move for move in application.moves_for(request.user) if move.url != here],
        "advice": application.advice.select_related("given_by"),
        "versions": application.submissions.count(),
        "earlier": earlier_grants(application, request.user),
        "similar": similar_cases(application, request.user),
    }
    return render(request, "review/application_check.html", context)


def _checklist(request: HttpRequest, application: Application) -> ChecklistForm:
    return ChecklistForm(
        request.POST or None,
        points=points(application, clock.today()),
        results={result.item: result for result in application.check_results.select_related("checked_by")},
        words=application.programme.concept_fit,
        fit=application.concept_fits.select_related("stated_by").first(),
    )


def _saved(request: HttpRequest, application: Application, form: ChecklistForm) -> bool:
    """Save what was answered; the clear points too, if that button was pressed. False when something is left to say."""
    valid, only_clear = form.is_valid(), "clear" in request.POST
    clear = form.clear_answers() if only_clear else {}
    # That button decides what is clear and what somebody chose, never what the machine found wrong.
    answers = {**(form.touched() if only_clear else form.answers()), **clear} if valid else clear
    try:
        if answers or (valid and form.fit_answer()):
            fit = form.fit_answer() if valid else None
            operations.check(application, answers, by=request.user, fit=fit, seen=form.seen())
    except Stale:
        form.add_error(None, _("A colleague answered one of these points meanwhile. It is marked: please compare."))
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    if valid:
        messages.success(request, _("The check is saved."))
    elif clear:
        count = len(clear)
        messages.success(request, ngettext("%s point is confirmed.", "%s points are confirmed.", count) % count)
    return valid


@login_required
@require_http_methods(GET_POST)
def costs(request: HttpRequest, pk: int) -> HttpResponse:
    """What is admitted of each cost line; the sums follow while somebody types, or at the press of a button."""
    application = visible_case(request, pk)
    if request.method != "POST" and application.state not in operations.IN_CHECK:
        return too_late(request, application)
    form = CutsForm(request.POST or None, costs=list(application.costs.all()), cuts=cuts_of(application))
    counting = "calculate" in request.POST
    if request.method == "POST" and not counting and form.is_valid():
        try:
            operations.cut_costs(application, form.answers(), by=request.user, seen=request.POST.get("seen", ""))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            form.cuts = cuts_of(application)
        else:
            messages.success(request, _("Saved. Board, decision and letter count with what is admitted."))
            return redirect("review:check", application.pk)
    context: dict[str, Any] = {
        "application": application,
        "form": form,
        "seen": operations.cuts_mark(application),
        "over": application.state not in operations.IN_CHECK,
        **_figures(application.evaluate(), admitted_result(application, form.admitted())),
    }
    live = counting and getattr(request, "htmx", False)
    return render(request, "review/_admitted.html" if live else "review/application_costs.html", context)


def _figures(asked: Result, counts: Result) -> dict[str, Any]:
    """The result of the plan as it was asked for beside that of what is admitted: (name, asked, admitted)."""
    return {
        "figures": [
            (_("Eligible costs"), eur(asked.eligible_cents), eur(counts.eligible_cents)),
            (_("Left to finance"), eur(asked.gap_cents), eur(counts.gap_cents)),
            (_("Highest possible grant"), eur(asked.highest_grant_cents), eur(counts.highest_grant_cents)),
        ],
        "requested_cents": asked.requested_cents,
        "limits": _limits(counts),
    }


def _limits(result: Result) -> str:
    names = {
        "cap": _("the limit per project"),
        "eligible": _("the eligible costs"),
        "gap": _("what is left to finance"),
        "budget": _("the pot of the year"),
    }
    return ", ".join(names[limit] for limit in result.binding)
