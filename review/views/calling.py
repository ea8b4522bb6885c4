"""Calling the board together: invite, invite again, move, cancel, the agenda, the file for a calendar."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from funding.gate import Refused
from funding.models import Programme
from funding.policies import Role, is_officer
from funding.views import form_page
from review import documents, operations
from review.forms import AgendaForm, CancelForm, MeetingForm, WhenForm
from review.models import Meeting
from review.views.desk import GET_POST


@login_required
@require_http_methods(GET_POST)
def meeting_create(request: HttpRequest) -> HttpResponse:
    """Choose the cases, the day and the place; the invitations go out at once."""
    user: Any = request.user
    towns = user.towns_as(Role.OFFICER)
    if not towns:
        raise PermissionDenied
    form = MeetingForm(
        request.POST or None,
        programmes=Programme.objects.filter(municipality__in=towns).in_order(),
        applications=_waiting(request.user).filter(municipality__in=towns),
        initial={"applications": request.GET.getlist("application")},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = _call(request, form, data["programme"], list(data["applications"]), kind=data["kind"])
        if made is not None:
            return redirect("review:meeting", made.pk)
    lead = _("Everybody on the board gets the invitation with the agenda at once.")
    return form_page(request, form, _("New meeting"), _("Invite the board"), reverse("review:meetings"), lead=lead)


def _waiting(user: Any) -> Any:
    """What this officer may put on an agenda."""
    return Application.objects.visible_to(user).for_board().with_parties().order_by("received_on", "pk")


@login_required
@require_http_methods(GET_POST)
def meeting_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The second meeting with the same cases: quorate however many come (§ 90 (2) VwVfG)."""
    first = _to_change(request, pk)
    items = operations.without_quorum(first)
    if not items:
        messages.warning(request, _("There is no case for which this meeting was not quorate."))
        return redirect("review:meeting", first.pk)
    form = MeetingForm(
        request.POST or None,
        programmes=Programme.objects.none(),
        applications=Application.objects.none(),
        repeats=first,
        initial={"place": first.place},
    )
    if request.method == "POST" and form.is_valid():
        made = _call(request, form, first.programme, [item.application for item in items], repeats=first)
        if made is not None:
            return redirect("review:meeting", made.pk)
    context = {
        "title": _("Second meeting"),
        "lead": _("It takes up the same cases. The invitation says that it is quorate however many members come."),
        "form": form,
        "items": items,
        "submit_label": _("Invite the board again"),
        "cancel_url": reverse("review:meeting", args=[first.pk]),
    }
    return render(request, "review/meeting_again.html", context)


def _call(
    request: HttpRequest, form: MeetingForm, programme: Programme, applications: list[Application], **more: Any
) -> Meeting | None:
    try:
        made = operations.call_meeting(programme, applications, by=request.user, **form.when(), **more)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("The board is invited."))
    return made


def _to_change(request: HttpRequest, pk: int) -> Meeting:
    """A meeting of the officer's own town: 404 for who does not see it, 403 for who only sees it."""
    meetings = Meeting.objects.visible_to(request.user).select_related("programme__municipality")
    found = get_object_or_404(meetings, pk=pk)
    if not is_officer(found, request.user):
        raise PermissionDenied
    return found


def _tried(request: HttpRequest, form: Any, found: Meeting, act: Callable[[], Any], done: str) -> HttpResponse | None:
    """Do it, say so and lead back to the meeting; a refusal becomes the form's error and everything typed stays."""
    try:
        act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, done)
    return redirect("review:meeting", found.pk)


@login_required
@require_http_methods(GET_POST)
def meeting_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another day, time or place; everybody gets a new invitation that moves the entry in their calendar."""
    found = _to_change(request, pk)
    initial = {"held_on": found.held_on, "begins": found.begins, "place": found.place}
    form = WhenForm(request.POST or None, programme=found.programme, written=found.is_written, initial=initial)
    if request.method == "POST" and form.is_valid():
        moved = _tried(
            request,
            form,
            found,
            lambda: operations.move_meeting(found, by=request.user, **form.when()),
            _("The meeting is moved, and everybody was written to."),
        )
        if moved:
            return moved
    lead = _("Everybody who is invited gets a new invitation. Calendars move their entry by themselves.")
    back = reverse("review:meeting", args=[found.pk])
    return form_page(request, form, _("Move the meeting"), _("Move it and write to everybody"), back, lead=lead)


@login_required
@require_http_methods(GET_POST)
def meeting_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not take place; its cases can go on another agenda."""
    found = _to_change(request, pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cancelled = _tried(
            request,
            form,
            found,
            lambda: operations.cancel_meeting(found, by=request.user, reason=form.cleaned_data["reason"]),
            _("The meeting is cancelled, and everybody was written to."),
        )
        if cancelled:
            return cancelled
    lead = _("Everybody who is invited gets a mail. The cases can go on another agenda.")
    back = reverse("review:meeting", args=[found.pk])
    return form_page(
        request, form, _("Cancel the meeting"), _("Cancel it and write to everybody"), back, lead=lead,
        cancel_label=_("Back"),
    )  # fmt: skip


@login_required
@require_http_methods(GET_POST)
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the cases in another order, take some off, add others."""
    found = _to_change(request, pk)
    items = list(found.items.filter(closed_at=None).with_case())
    more = Application.objects.none() if found.repeats_id else _waiting(request.user).filter(programme=found.programme)
    form = AgendaForm(request.POST or None, items=items, more=more)
    if request.method == "POST" and form.is_valid():
        changed = _tried(
            request,
            form,
            found,
            lambda: operations.change_agenda(found, form.cases(), by=request.user),
            _("The agenda is changed. When cases came or went, everybody was written to."),
        )
        if changed:
            return changed
    context = {
        "title": _("Change the agenda"),
        "lead": _("The cases are called in the order of their numbers. What you add comes last."),
        "form": form,
        "submit_label": _("Save the agenda"),
        "cancel_url": reverse("review:meeting", args=[found.pk]),
    }
    return render(request, "review/agenda.html", context)


@login_required
@require_safe
def meeting_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting for a calendar."""
    meetings = Meeting.objects.visible_to(request.user).select_related("programme", "municipality")
    found = get_object_or_404(meetings, pk=pk)
    response = HttpResponse(documents.meeting_file(found), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{documents.file_name(found)}"'
    return response
