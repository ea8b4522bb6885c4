"""The dossier of a meeting: its table of contents, the PDF made in the background, the officer's note to the board."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.views.responses import pdf
from review import documents, operations, policies
from review.forms import BoardNoteForm
from review.models import BoardItem, Dossier, Meeting
from review.views.desk import GET_POST


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    meetings = Meeting.objects.visible_to(request.user).select_related("programme__municipality")
    return get_object_or_404(meetings, pk=pk)


@login_required
@require_http_methods(GET_POST)
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """The cases this person may open, to be read one after the other, and the PDF that holds the same."""
    meeting = _meeting(request, pk)
    if request.method == "POST":
        operations.ask_for_dossier(meeting, by=request.user)
        return redirect("review:dossier", meeting.pk)
    share = operations.share_of(meeting, request.user)
    found = operations.dossier_of(meeting, share)
    items = meeting.items.filter(pk__in=[item.pk for item in share.items]).with_parties().order_by("position", "pk")
    contents = documents.contents(items.prefetch_related("application__submissions__cuts"), meeting.programme)
    if found and found.is_ready and found.fingerprint != operations.fingerprint_of(share):
        found.failed = True  # a case has changed: what was made is of yesterday
    context = {
        "meeting": meeting,
        "contents": contents,
        "left_out": share.left_out,
        "asked_cents": sum(cents for _item, _title, cents in contents),
        **_state(meeting, found),
    }
    return render(request, "review/dossier.html", context)


def _state(meeting: Meeting, found: Dossier | None) -> dict[str, Any]:
    """How far the PDF is: none, making, ready."""
    making = found is not None and not found.failed and not found.is_ready
    ready = found is not None and not found.failed and found.is_ready
    return {"meeting": meeting, "dossier": found, "making": making, "ready": ready}


@login_required
@require_safe
def dossier_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked by the open page every second while the PDF is made; without a script the page is loaded again."""
    meeting = _meeting(request, pk)
    found = operations.dossier_of(meeting, operations.share_of(meeting, request.user))
    return render(request, "review/_dossier.html", _state(meeting, found))


@login_required
@require_safe
def dossier_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF; a copy that no longer says what the cases say is not handed out."""
    meeting = _meeting(request, pk)
    share = operations.share_of(meeting, request.user)
    found = Dossier.objects.filter(meeting=meeting, cases=share.cases).first()
    if found is None or not found.content or found.fingerprint != operations.fingerprint_of(share):
        messages.info(request, _("A case has changed since the PDF was made. Please have it made again."))
        return redirect("review:dossier", meeting.pk)
    return pdf(bytes(found.content or b""), f"{_('dossier')}-{meeting.held_on}.pdf")


@login_required
@require_http_methods(GET_POST)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """What the officer wants the board to know about a case."""
    found = get_object_or_404(BoardItem.objects.visible_to(request.user).with_case(), pk=pk)
    if not policies.may_check(found.application, request.user):
        raise PermissionDenied
    form = BoardNoteForm(request.POST or None, initial={"text": found.note})
    if request.method == "POST" and form.is_valid():
        operations.write_note(found, form.cleaned_data["text"], by=request.user)
        messages.success(request, _("Your note stands in the dossier."))
        return redirect("review:item", found.pk)
    context = {
        "title": _("Note to the board: %s") % found.application,
        "lead": _("Everybody on the board who may open this case reads it, on the page and in the PDF."),
        "form": form,
        "submit_label": _("Save the note"),
        "cancel_url": reverse("review:item", args=[found.pk]),
    }
    return render(request, "_form_page.html", context)
