"""Files people hand in: adding, removing, and serving them by permission only."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import operations, policies
from applications.forms import UploadForm
from applications.models import Application, Upload
from applications.sections import BY_SLUG
from applications.views.responses import attachment
from funding.gate import Refused


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Add files; each is taken or refused by itself, and a refused one costs the others nothing."""
    application = get_object_or_404(Application.objects.visible_to(request.user).with_parties(), pk=pk)
    if not policies.may_edit(application, request.user):
        raise PermissionDenied
    if not operations.may_add_upload(application, request.user):
        messages.info(request, _("This case is closed. Files can no longer be added."))
        return redirect("case", application.pk)
    section = request.GET.get("section", "")
    section = section if section in BY_SLUG else ""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        refused = [
            sentence for file in form.cleaned_data["chosen"] if (sentence := _take(request, application, file, section))
        ]
        if not refused:
            messages.success(request, _("The files are stored."))
            return redirect(request.get_full_path())
        for sentence in refused:
            form.add_error("chosen", sentence)
    context = {
        "application": application,
        "form": form,
        "section": BY_SLUG.get(section),
        "uploads": application.uploads.all(),
        "may_remove": operations.may_be_written(application, request.user),
        "back": _back(application, request.user),
    }
    return render(request, "applications/upload_list.html", context)


def _take(request: HttpRequest, application: Application, file: UploadedFile, section: str) -> str:
    """Store one file; the sentence of a refusal, or nothing."""
    name = file.name or _("File")
    if file.size is None or file.size > settings.UPLOAD_MAX_BYTES:
        size = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        return _("%(name)s: larger than %(size)s megabytes. Please make it smaller.") % {"name": name, "size": size}
    try:
        operations.add_upload(application, by=request.user, name=name, content=file.read(), section=section)
    except Refused as refusal:
        return f"{name}: {refusal}"
    return ""


def _back(application: Application, user: Any) -> str:
    writable = operations.may_be_written(application, user)
    return reverse("applications:detail" if writable else "case", args=[application.pk])


@login_required
@require_POST
def remove_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file back while the application may be written."""
    visible = Application.objects.visible_to(request.user)
    found = get_object_or_404(Upload.objects.select_related("application"), pk=pk, application__in=visible)
    try:
        operations.remove_upload(found, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Removed: %s") % found.name)
    return redirect("applications:upload", found.application_id)


@login_required
@never_cache
@require_safe
def upload_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """A stored file, for those who see its case."""
    visible = Application.objects.visible_to(request.user)
    found = get_object_or_404(Upload.objects.filter(application__in=visible), key=key)
    try:
        return attachment(found.file.open("rb"), found.name, found.media_type)
    except FileNotFoundError as error:
        raise Http404 from error
