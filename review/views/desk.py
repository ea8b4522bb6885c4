"""The officer's desk: formal check, asking for changes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from applications.models import Application
from applications.workflow import State
from funding import clock
from funding.gate import Refused
from review import operations, policies
from review.checklist import points
from review.forms import ChecklistForm, ReturnForm
from review.summary import case_of

GET_POST = ["GET", "HEAD", "POST"]


def visible_case(request: HttpRequest, pk: int) -> Application:
    """The case, for the officer; 404 when it does not exist for this person, 403 when it is not theirs to check."""
    cases = Application.objects.visible_to(request.user).with_parties().with_plan()
    application = get_object_or_404(cases, pk=pk)
    if not policies.may_check(application, request.user):
        raise PermissionDenied
    return application


def too_late(request: HttpRequest, application: Application) -> HttpResponse:
    """The case has moved on since the page was loaded: say so and show how it stands."""
    messages.warning(request, _("This was already done, or the case has moved on. Here is how it stands now."))
    return redirect("case", application.pk)


@login_required
@require_http_methods(GET_POST)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The application on the left, the checklist with the machine's findings on the right."""
    application = visible_case(request, pk)
    if application.state not in (State.SUBMITTED, State.INCOMPLETE):
        return too_late(request, application)
    form = ChecklistForm(
        request.POST or None,
        points=points(application, clock.today()),
        results={result.item: result for result in application.check_results.select_related("checked_by")},
        initial={"version": application.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.check(application, form.answers(), by=request.user, version=form.cleaned_data["version"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The check is saved."))
            return redirect("review:check", application.pk)
    here = reverse("review:check", args=[application.pk])
    context: dict[str, Any] = {
        "application": application,
        "case": case_of(application),
        "form": form,
        "open_points": len(application.open_points),
        "moves": [move for move in application.moves_for(request.user) if move.url != here],
        "advice": application.advice.select_related("given_by"),
    }
    return render(request, "review/application_check.html", context)


@login_required
@require_http_methods(GET_POST)
def return_for_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for changes section by section; the mail waits in the outbox as a draft."""
    application = visible_case(request, pk)
    if "return_for_changes" not in application.moves():
        return too_late(request, application)
    form = ReturnForm(request.POST or None, initial={"version": application.version})
    if request.method == "POST" and form.is_valid():
        try:
            operations.return_for_changes(
                application,
                form.sections(),
                by=request.user,
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
            )
        except TransitionNotAllowed:
            return too_late(request, application)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The application is open for changes. Its mail waits as a draft: please send it.")
            )
            return redirect("case", application.pk)
    context = {
        "title": _("Ask for changes"),
        "lead": _(
            "Write only where something should change; all other sections stay done. "
            "The application keeps its date. You read the mail before it goes out."
        ),
        "form": form,
        "submit_label": _("Ask for changes"),
        "cancel_url": reverse("review:check", args=[application.pk]),
    }
    return render(request, "_form_page.html", context)
