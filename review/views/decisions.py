"""The decision: prepare it, read its letter, release one or several together."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_fsm import TransitionNotAllowed

from applications.models import Application
from applications.workflow import State
from funding.gate import Refused, Stale
from funding.policies import Role
from review import operations, policies
from review.forms import DecisionForm, ReleaseForm, SearchForm
from review.models import Decision, Motion, Provision, Recommendation
from review.pots import pots_of
from review.summary import case_of
from review.views.desk import GET_POST, too_late

PER_PAGE = 100  # those of a meeting are released together, so they stand on one page


@login_required
@require_http_methods(GET_POST)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The case, what the board advises and why, the pot; then the decision, prepared until it is released."""
    cases = Application.objects.visible_to(request.user).with_parties().with_plan()
    application = get_object_or_404(cases, pk=pk)
    if not policies.may_decide(application, request.user):
        raise PermissionDenied
    if application.state != State.RECOMMENDED:
        return too_late(request, application)
    recommendation = operations.current_recommendation(application)
    decision = application.decisions.prepared().first()
    case = case_of(application)
    overdue = operations.overdue_proofs(application.organisation)
    form = DecisionForm(
        request.POST or None,
        application=application,
        recommendation=recommendation,
        decision=decision,
        provisions=_library(application, decision),
        requested_cents=case.result.requested_cents,
        owes_proof=bool(overdue),
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.prepare_decision(application, by=request.user, **form.to_prepare())
        except Stale as stale:
            form.add_error(None, str(stale))
            application, decision = cases.get(pk=pk), application.decisions.prepared().first()
            form.has_seen(application, decision)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The decision is prepared. Nobody outside sees it until you release it."))
            return redirect("review:decide", application.pk)
    context: dict[str, Any] = {
        "application": application,
        "case": case,
        "recommendation": recommendation,
        "motions": _motions(recommendation),
        "decision": decision,
        "form": form,
        "result": case.result,
        "overdue": overdue,
        "limits": [operations.LIMITS[name] for name in case.result.binding],
        **_pot(application, decision, recommendation, case.result.requested_cents),
    }
    return render(request, "review/application_decide.html", context)


def _library(application: Application, decision: Decision | None) -> list[Provision]:
    """What the town offers to pick, and what was picked before it was taken off the list."""
    picked = [provision["source"] for provision in decision.provisions if provision.get("source")] if decision else []
    town = Provision.objects.filter(municipality=application.municipality_id)
    return list(town.filter(Q(offered=True) | Q(pk__in=picked)).in_order())


def _motions(recommendation: Recommendation | None) -> list[Motion]:
    """The votes the recommendation rests on."""
    if recommendation is None or recommendation.item is None:
        return []
    return list(
        recommendation.item.motions.filter(closed_at__isnull=False).select_related("led_by__user", "objected_by__user")
    )


def _pot(
    application: Application, decision: Decision | None, recommendation: Recommendation | None, requested: int
) -> dict[str, Any]:
    """What the year has free, what is held for this case already, and what an award would leave."""
    year = operations.pot_of(application)
    free = year.balances.free_cents if year else (application.programme.budget_per_year_cents or 0)
    held = decision.reserved_cents if decision else 0
    planned = decision.amount_cents if decision else recommendation.amount_cents if recommendation else requested
    return {
        "pot": {
            "year": application.year,
            "free_cents": free + held,
            "planned_cents": planned,
            "left_cents": free + held - planned,
            "blocked": year is not None and year.blocked,
            "is_open": year is None or year.is_open,
        }
    }


def _decision(request: HttpRequest, pk: int) -> Decision:
    """The decision, for somebody who may decide its case; 404 or 403 otherwise."""
    decision = get_object_or_404(Decision.objects.visible_to(request.user).with_case(), pk=pk)
    if not policies.may_decide(decision.application, request.user):
        raise PermissionDenied
    return decision


@login_required
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it would go out today; made for reading and not kept."""
    decision = _decision(request, pk)
    if decision.is_released:
        return too_late(request, decision.application)
    try:
        _title, content = operations.preview_letter(decision, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("review:decide", decision.application_id)
    name = f"Entwurf-{decision.application.file_number}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@login_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Release one decision: the letter is issued, the money committed, the mail drafted."""
    decision = _decision(request, pk)
    form = ReleaseForm(request.POST)
    seen = form.cleaned_data["chosen"] if form.is_valid() else {}
    sentence = _try_release([decision], seen, by=request.user)
    if sentence:
        messages.error(request, sentence)
    else:
        messages.success(
            request, _("Released: the letter is issued, the money is committed. The mail waits as a draft.")
        )
    return redirect("case", decision.application_id)


def _try_release(decisions: list[Decision], seen: dict[int, int], *, by: Any) -> str:
    """Release them all in one act, or say in a sentence why none was; too late and too little money are no errors."""
    try:
        operations.release_together(decisions, by=by, seen=seen)
    except Refused as refusal:
        return str(refusal)
    except TransitionNotAllowed:
        return _("The case has moved on. Nothing was sent.")
    except PermissionDenied:
        return _("Somebody else has to decide this case.")
    return ""


@login_required
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """All prepared decisions with what they take from which pot; `chosen` in the address ticks some of them."""
    if not request.user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR):  # type: ignore[union-attr]
        raise PermissionDenied
    form = ReleaseForm(request.GET)
    if "sums" not in request.GET and "chosen" not in request.GET:
        return _list(request, None)
    return _list(request, form.cleaned_data["chosen"] if form.is_valid() else {})


@login_required
@require_POST
def release_all(request: HttpRequest) -> HttpResponse:
    """Release the chosen decisions in one act: all of them, or, with the reason, none."""
    if not request.user.towns_as(Role.DECIDER):  # type: ignore[union-attr]
        raise PermissionDenied
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _list(request, {}, form)
    chosen = form.cleaned_data["chosen"]
    wanted = list(Decision.objects.visible_to(request.user).filter(pk__in=chosen).with_case())
    sentence = _try_release(wanted, chosen, by=request.user)
    if len(wanted) < len(chosen):
        sentence = _("One of these decisions was taken back. Please choose again. Nothing was released.")
    if sentence:
        form.add_error(None, sentence)
        return _list(request, chosen, form)
    words = ngettext(
        "%s decision is released: its letter is issued, its money is committed. The mail waits as a draft.",
        "%s decisions are released: their letters are issued, their money is committed. The mails wait as drafts.",
        len(wanted),
    )
    messages.success(request, words % len(wanted))
    return redirect("review:decisions")


def _list(request: HttpRequest, chosen: dict[int, int] | None, form: ReleaseForm | None = None) -> HttpResponse:
    """The page of prepared decisions; all that this person may release are ticked unless some were chosen."""
    search = SearchForm(request.GET)
    found = Decision.objects.visible_to(request.user).prepared().with_case()
    if search.is_valid() and search.cleaned_data["q"]:
        found = found.filter(application__in=Application.objects.matching(search.cleaned_data["q"]))
    page = Paginator(found.order_by("application__programme", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    releasable = {decision.pk for decision in page if policies.may_decide(decision.application, request.user)}
    ticked = releasable if chosen is None else releasable & chosen.keys()
    context = {
        "search": search,
        "form": form,
        "page_obj": page,
        "releasable": releasable,
        "ticked": ticked,
        "pots": pots_of(decision for decision in page if decision.pk in ticked or decision.pk not in releasable),
    }
    return render(request, "review/decision_list.html", context)
