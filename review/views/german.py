"""The German version of an application in another language: the office writes it, the applicant confirms it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import operations as applying
from applications import policies as applicants
from applications.forms import DayForm
from applications.models import Application
from applications.narrative import german_versions
from funding import clock
from funding.gate import Refused
from review import operations, policies
from review.forms import GermanForm, WrongForm
from review.views.conversation import visible

GET_POST = ["GET", "HEAD", "POST"]


@login_required
@never_cache
@require_http_methods(GET_POST)
def german(request: HttpRequest, pk: int) -> HttpResponse:
    """Both texts side by side: the group confirms or objects, the office writes and asks by when."""
    application = visible(request, pk)
    versions = german_versions(application)
    may_confirm = applicants.may_confirm_german(application, request.user)
    is_open = application.state in applying.BEFORE_ADMISSION
    later = clock.today() + timedelta(days=application.programme.answer_days)
    ask = DayForm(request.POST if "day_day" in request.POST else None, initial={"day": later})
    ask.fields["day"].label = _("By which day?")
    if request.method == "POST":
        if not (may_confirm or applicants.may_write_german(application, request.user)):
            raise PermissionDenied
        if (answer := _act(request, application, ask)) is not None:
            return answer
    waiting = [version for version in versions if version.is_current and not version.is_confirmed]
    context = {
        "application": application,
        "versions": versions,
        "waiting": waiting,
        "missing": [version for version in versions if not version.is_current],
        "is_late": bool(waiting) and application.confirm_by is not None and application.confirm_by < clock.today(),
        "is_group": bool(request.user.right_in(application.organisation_id)),  # type: ignore[union-attr]
        "may_confirm": is_open and may_confirm,
        "may_write": is_open and applicants.may_write_german(application, request.user),
        "may_ask": is_open and policies.may_check(application, request.user) and not application.paper,
        "form": ask,
    }
    return render(request, "review/german.html", context)


def _act(request: HttpRequest, application: Application, ask: DayForm) -> HttpResponse | None:
    """Confirm, or set the day; None when the act is neither or the day is none, and the page is shown."""
    try:
        if "confirm" in request.POST:
            chosen = request.POST["confirm"]
            seen = {v.field: request.POST.get(f"seen-{v.field}", "") for v in german_versions(application)}
            seen = {field: mark for field, mark in seen.items() if mark and chosen in ("all", field)}
            applying.confirm_german(application, seen, by=request.user)
            messages.success(request, _("Thank you. The German text counts now."))
        elif ask.is_valid():
            applying.ask_to_confirm(application, by=request.user, day=ask.cleaned_data["day"])
            messages.success(request, _("The group gets a mail in its own language and confirms the German text."))
        else:
            return None
    except Refused as refusal:
        if ask.is_bound:
            ask.add_error(None, str(refusal))
            return None
        messages.warning(request, str(refusal))
    return redirect("review:german", application.pk)


@login_required
@never_cache
@require_http_methods(GET_POST)
def german_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write German next to the original, answer by answer; what is saved waits until it is put to the group."""
    application = visible(request, pk)
    if not applicants.may_write_german(application, request.user):
        raise PermissionDenied
    back = reverse("review:german", args=[pk])
    if application.state not in applying.BEFORE_ADMISSION or not german_versions(application):
        messages.info(request, _("There is no German text to be written for this application now."))
        return redirect("case", pk)
    form = GermanForm(request.POST or None, versions=german_versions(application))
    if request.method == "POST" and form.is_valid():
        try:
            applying.write_german(application, form.texts(), by=request.user, seen=form.seen())
        except Refused as refusal:
            form.renew(german_versions(Application.objects.get(pk=pk)))
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The German text is saved."))
            return redirect(back)
    context = {"application": application, "form": form, "cancel_url": back}
    return render(request, "review/german_write.html", context)


@login_required
@require_http_methods(GET_POST)
def german_wrong(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """The German text does not say the same: what is wrong goes into the conversation."""
    application = visible(request, pk)
    version = next((version for version in german_versions(application) if version.field == field), None)
    if not policies.may_ask(application, request.user):
        raise PermissionDenied
    if version is None:
        return redirect("review:german", pk)
    form = WrongForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = _("The German text for “%(field)s” is not right: %(text)s") % {
            "field": version.name,
            "text": form.cleaned_data["text"],
        }
        operations.write(application, text, by=request.user, section=version.section)
        messages.success(request, _("Thank you. The integration office changes the text and asks you again."))
        return redirect("review:german", pk)
    context: dict[str, Any] = {
        "application": application,
        "version": version,
        "form": form,
        "cancel_url": reverse("review:german", args=[pk]),
    }
    return render(request, "review/german_wrong.html", context)
