"""The decision: prepare it, read its letter, release one or all."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_fsm import TransitionNotAllowed

from applications.models import Application
from applications.workflow import State
from funding.gate import Refused
from funding.policies import Role
from review import operations, policies
from review.forms import DecisionForm, SearchForm, reasons_to_fill
from review.models import Decision, Motion, Recommendation
from review.summary import case_of
from review.views.desk import GET_POST, too_late

PER_PAGE = 25


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
        recommendation=recommendation,
        requested_cents=case.result.requested_cents,
        owes_proof=bool(overdue),
        initial={"version": application.version, **_initial(application, recommendation, decision)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.prepare_decision(application, by=request.user, **form.cleaned_data)
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
        **_pot(application, decision, recommendation, case.result.requested_cents),
    }
    return render(request, "review/application_decide.html", context)


def _initial(
    application: Application, recommendation: Recommendation | None, decision: Decision | None
) -> dict[str, Any]:
    """The prepared decision, else what the board advises."""
    if decision is not None:
        names = ("kind", "conditions", "obligations", "reasons", "deviation_reason", "overrule_reason")
        return {name: getattr(decision, name) for name in names} | {"cents": decision.amount_cents or None}
    initial: dict[str, Any] = {"reasons": reasons_to_fill(application.programme.criteria)}
    if recommendation is None or recommendation.kind == Recommendation.Kind.NONE:
        return initial
    if recommendation.kind == Recommendation.Kind.DO_NOT_FUND:
        return initial | {"kind": Decision.Kind.REJECT}
    return initial | {
        "kind": Decision.Kind.AWARD,
        "cents": recommendation.amount_cents,
        "conditions": recommendation.conditions,
    }


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
    done, sentence = _try_release(decision, by=request.user)
    (messages.success if done else messages.error)(request, sentence)
    return redirect("case", decision.application_id)


def _try_release(decision: Decision, *, by: Any) -> tuple[bool, str]:
    """Release and say in a sentence what came of it; too late and too little money are no errors."""
    try:
        operations.release(decision, by=by)
    except Refused as refusal:
        return False, str(refusal)
    except TransitionNotAllowed:
        return False, _("The case has moved on. Nothing was sent.")
    except PermissionDenied:
        return False, _("Somebody else has to decide this case.")
    return True, _("Released: the letter is issued, the money is committed. The mail waits as a draft.")


@login_required
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """All prepared decisions, to be released one by one or together."""
    if not request.user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR):  # type: ignore[union-attr]
        raise PermissionDenied
    form = SearchForm(request.GET)
    found = _prepared(request)
    if form.is_valid() and form.cleaned_data["q"]:
        found = found.filter(application__in=Application.objects.matching(form.cleaned_data["q"]))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    for decision in page:
        decision.releasable = policies.may_decide(decision.application, request.user)
    context = {"form": form, "page_obj": page, "may_release": any(d.releasable for d in page)}
    return render(request, "review/decision_list.html", context)


def _prepared(request: HttpRequest) -> Any:
    return Decision.objects.visible_to(request.user).prepared().with_case().order_by("pk")


@login_required
@require_POST
def release_all(request: HttpRequest) -> HttpResponse:
    """Release every prepared decision of one's towns, one after the other; a refused one does not stop the others."""
    if not request.user.towns_as(Role.DECIDER):  # type: ignore[union-attr]
        raise PermissionDenied
    ready = [d for d in _prepared(request) if policies.may_decide(d.application, request.user)]
    results = [(decision, *_try_release(decision, by=request.user)) for decision in ready]
    return render(request, "review/decision_results.html", {"results": results})
