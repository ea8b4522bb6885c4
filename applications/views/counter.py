"""The counter: help somebody write, read it back, let them confirm; and what a group that is no association signs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_fsm import TransitionNotAllowed

from applications import documents, operations, policies
from applications.forms import ConfirmForm, CounterForm
from applications.models import Application, Organisation
from applications.uploads import UploadRefused
from applications.views.check import checked
from applications.views.drafts import visible_draft
from applications.views.responses import pdf
from funding.gate import Refused
from funding.models import Programme
from funding.policies import Role
from funding.quota import too_large


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def assist(request: HttpRequest) -> HttpResponse:
    """Help somebody write: begin a draft at the counter, or go on with one."""
    towns = request.user.towns_as(Role.OFFICER)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    form = CounterForm(
        request.POST or None,
        programmes=Programme.objects.filter(municipality__in=towns).in_order(),
        organisations=Organisation.objects.filter(municipality__in=towns).exclude(name="").order_by("name", "pk"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            application = operations.assist(by=request.user, language=get_language() or "de", **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("applications:detail", application.pk)
    visible = Application.objects.visible_to(request.user)
    drafts = visible.filter(municipality__in=towns, assisted=Application.Assisted.OPEN)
    context = {"form": form, "drafts": drafts.with_parties().in_order()}
    return render(request, "applications/assist.html", context)


def _read_back(request: HttpRequest, pk: int) -> Application:
    application = visible_draft(request, pk)
    if not policies.is_at_counter(application, request.user):
        raise PermissionDenied
    return application


@login_required
@never_cache
@require_safe
def read_back(request: HttpRequest, pk: int) -> HttpResponse:
    """All answers, large and one after the other, to read aloud; below them the two ways to confirm."""
    application = _read_back(request, pk)
    assistance = application.assistances.get()
    context = checked(application) | {"assistance": assistance, "is_read_back": True}
    return render(request, "applications/read_back.html", context)


@login_required
@require_safe
def read_back_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same to print and sign."""
    application = _read_back(request, pk)
    mark = operations.mark_of(application)
    return pdf(documents.read_back_pdf(application, operations.snapshot(application), mark), f"{pk}.pdf")


@login_required
@require_POST
def send_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail the applicant a code for what was read back."""
    application = _read_back(request, pk)
    try:
        email = operations.send_confirmation_code(application, by=request.user, language=get_language() or "de")
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("applications:read-back", pk)
    messages.success(request, _("A code is on its way to %s.") % email)
    return redirect("applications:confirm", pk, "code")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: int, how: str) -> HttpResponse:
    """The applicant's own page at the counter: declarations, consents, and their code or the signed page."""
    if how not in ("code", "signature"):
        raise Http404
    application = visible_draft(request, pk)
    if not policies.is_at_counter(application, request.user):
        if policies.may_help(application, request.user) and application.assisted == Application.Assisted.SENT:
            messages.info(request, _("This application was already sent. It was sent once."))
            return redirect("case", pk)
        raise PermissionDenied
    form = ConfirmForm(request.POST or None, request.FILES or None, application=application, by_code=how == "code")
    if request.method == "POST" and form.is_valid():
        try:
            sent = _confirm(request, application, form)
        except TransitionNotAllowed:
            messages.info(request, _("This application was already sent. It was sent once."))
            return redirect("case", pk)
        except UploadRefused as refusal:
            form.add_error("signed", str(refusal))
        except Refused as refusal:
            form.add_error("code" if "code" in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Sent. The file number is %s.") % sent.file_number)
            return redirect("case", sent.pk)
    context = {
        "application": application,
        "form": form,
        "by_code": how == "code",
        "assistance": application.assistances.get(),
    }
    return render(request, "applications/confirm.html", context)


def _confirm(request: HttpRequest, application: Application, form: ConfirmForm) -> Application:
    if "code" in form.fields:
        return operations.confirm_by_code(application, form.cleaned_data["code"], by=request.user, **form.to_confirm())
    file = form.cleaned_data["signed"]
    if reason := too_large(file):
        raise UploadRefused(reason)
    return operations.confirm_by_signature(
        application, by=request.user, name=file.name or _("File"), content=file.read(), **form.to_confirm()
    )


@login_required
@require_POST
def assist_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a case that came back up again together with the applicant."""
    application = visible_draft(request, pk)
    try:
        operations.assist_again(application, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("case", pk)
    return redirect("applications:detail", pk)


@login_required
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody of the group goes on alone."""
    application = visible_draft(request, pk)
    if not policies.may_write_for(application, request.user):
        raise PermissionDenied
    operations.take_over(application, by=request.user)
    messages.success(request, _("You go on alone. The office no longer sees this draft until you send it."))
    return redirect("applications:detail", pk)


# --- A group that is no association -----------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Who answers for a group that is no association, and what that means."""
    application = _of_group(request, pk)
    context = {
        "application": application,
        "organisation": application.organisation,
        "may_write": operations.may_be_written(application, request.user),
    }
    return render(request, "applications/group.html", context)


@login_required
@require_safe
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreement to print and sign among themselves."""
    return pdf(documents.agreement_pdf(_of_group(request, pk)), "vereinbarung.pdf")


def _of_group(request: HttpRequest, pk: int) -> Application:
    application = visible_draft(request, pk)
    if not policies.may_read_letters(application, request.user):
        raise PermissionDenied
    if not application.organisation.is_unregistered:
        raise Http404
    return application
