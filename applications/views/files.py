"""Files people hand in: adding them in place or on their own page, what went wrong, what comes later, serving them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import operations, policies
from applications.forms import UploadForm
from applications.models import Application, FailedUpload, Upload
from applications.sections import BY_SLUG
from applications.views.responses import attachment
from funding.gate import Refused
from funding.quota import too_large


def files_of(application: Application, section: str = "", **more: Any) -> dict[str, Any]:
    """What `applications/_files.html` shows: files and failures of a section, or of all, and the form for new ones."""
    failed = list(application.failed_uploads.all())
    stored = list(application.uploads.all())
    return {
        "application": application,
        "uploads": [file for file in stored if section in ("", file.section)],
        "failed": [file for file in failed if section in ("", file.section)],
        "upload_form": UploadForm(),
        "upload_url": _url(application, section=section),
    } | more


def _url(application: Application, **place: str) -> str:
    query = urlencode({name: value for name, value in place.items() if value})
    return reverse("applications:upload", args=[application.pk]) + (f"?{query}" if query else "")


@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Add files; each is taken or refused by itself, and a refused one stays listed until somebody deals with it.

    Below other questions htmx puts the list of files in place, so that nothing else on the page is touched.
    """
    htmx = request.htmx  # type: ignore[attr-defined]
    in_place = bool(htmx) and htmx.target == "files"
    if not request.user.is_authenticated:
        return HttpResponse(status=401) if htmx else redirect_to_login(request.get_full_path())
    application = get_object_or_404(Application.objects.visible_to(request.user).with_parties(), pk=pk)
    if not policies.may_edit(application, request.user):
        raise PermissionDenied
    if not operations.may_add_upload(application, request.user):
        messages.info(request, _("This case is closed. Files can no longer be added."))
        return HttpResponse(status=409) if in_place else redirect("case", application.pk)
    place = _place(request, application)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    done = ""
    if request.method == "POST" and form.is_valid():
        done = _take(request, application, form.files_sent(), place)
        if not in_place:
            messages.success(request, done) if done else None
            return redirect(_url(application, section=place["section"]))
        form = UploadForm()
    section = place["section"]
    context = files_of(application, section if in_place else "", upload_form=form, done=done, in_place=in_place)
    context["upload_url"] = request.get_full_path()
    if in_place:
        return render(request, "applications/_files.html", context)
    wanted = {found.slug: found for found in application.attachments}
    context |= {
        "section": BY_SLUG.get(section),
        "wanted": wanted.get(place["wanted"]),
        "attachments": list(wanted.values()),
        "may_remove": operations.may_be_written(application, request.user),
        "back": _back(application, request.user),
    }
    return render(request, "applications/upload_list.html", context)


def _place(request: HttpRequest, application: Application) -> dict[str, Any]:
    """Where the files belong: a section, a wanted attachment, instead of one that failed."""
    section, wanted, again = (request.GET.get(name, "") for name in ("section", "wanted", "again"))
    return {
        "section": section if section in BY_SLUG else "",
        "wanted": wanted if wanted in {row["slug"] for row in application.programme.attachments} else "",
        "again": int(again) if again.isascii() and again.isdecimal() and len(again) < 19 else 0,
    }


def _take(request: HttpRequest, application: Application, files: list[UploadedFile], place: dict[str, Any]) -> str:
    """Store each file or note its failure; a sentence about those that were stored."""
    stored = 0
    for file in files:
        reason = too_large(file)
        content = b"" if reason else file.read()
        name = file.name or _("File")
        try:
            taken = operations.hand_in(application, by=request.user, name=name, content=content, reason=reason, **place)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            continue
        stored += isinstance(taken, Upload)
    return ngettext("One file is stored.", "%(count)s files are stored.", stored) % {"count": stored} if stored else ""


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
@require_POST
def dismiss_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that was not taken need not be shown any more."""
    visible = Application.objects.visible_to(request.user)
    found = get_object_or_404(FailedUpload.objects.select_related("application"), pk=pk, application__in=visible)
    application = found.application
    operations.dismiss_failure(found, by=request.user)
    if request.htmx:  # type: ignore[attr-defined]
        context = files_of(application, found.section, in_place=True)
        return render(request, "applications/_files.html", context)
    return redirect(_url(application, section=found.section))


@login_required
@require_POST
def attachment_later(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """ "I hand this in later" is an answer; pressed again it is taken back."""
    application = get_object_or_404(Application.objects.visible_to(request.user).with_parties(), pk=pk)
    later = slug not in application.attachments_later
    try:
        operations.promise_attachment(application, slug, by=request.user, later=later)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        if later:
            messages.success(request, _("Noted. You can send the application and add this file at any time."))
    return redirect("applications:upload", application.pk)


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
