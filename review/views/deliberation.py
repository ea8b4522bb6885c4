"""Before the vote: a member's private note, comments to the others, doubts about bias and the board's rulings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from funding.gate import Refused
from funding.views import form_page
from review import operations, policies
from review.forms import CommentForm, DoubtForm, PrivateNoteForm, RulingForm
from review.models import Ruling
from review.operations import Body
from review.views.desk import GET_POST
from review.views.items import back_to_item, from_item, item_page, led_item, visible_item


@from_item
def private_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep one's own note and leaning."""
    found = visible_item(request, pk)
    form = PrivateNoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return item_page(request, found, tried=form)
    operations.note_privately(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("Kept. Nobody else can read it."))
    return back_to_item(request, found.pk, used="note")


@from_item
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something to the others who read this case."""
    found = visible_item(request, pk)
    reads = any(member.user_id == request.user.pk for member in Body(found).cleared)
    if not reads and not policies.may_check(found.application, request.user):
        raise PermissionDenied
    form = CommentForm(request.POST, prefix="comment")
    if form.is_valid():
        try:
            operations.comment(found, form.cleaned_data["text"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return back_to_item(request, found.pk, used="comment")
    return item_page(request, found, tried=form)


@login_required
@require_http_methods(GET_POST)
def doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the board rule whether a member is biased."""
    found = led_item(request, pk)
    asked = {ruling.member_id for ruling in found.rulings.all() if ruling.is_open}
    members = [m for m in Body(found).invited if m.pk not in asked]
    form = DoubtForm(request.POST or None, members=members)
    if request.method == "POST" and form.is_valid():
        member = next(m for m in members if m.pk == form.cleaned_data["member"])
        try:
            ruling = operations.doubt(found, member, form.cleaned_data["question"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("review:rule", ruling.pk)
    lead = _("The board rules on it without the member. Whoever is found biased loses file and vote on this case.")
    back = reverse("review:item", args=[found.pk])
    return form_page(request, form, _("A doubtful case"), _("Ask the board"), back, lead=lead)


@login_required
@require_http_methods(GET_POST)
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down how the board ruled."""
    ruling = get_object_or_404(Ruling.objects.select_related("member__user", "item"), pk=pk)
    found = led_item(request, ruling.item_id)
    member: Any = ruling.member
    if member.user_id == request.user.pk:
        raise PermissionDenied
    if not ruling.is_open:
        messages.warning(request, _("The board has already ruled on this."))
        return redirect("review:meeting", found.meeting_id)
    form = RulingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ruled = operations.rule(ruling, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("Noted: %s is biased.") if ruled.biased else _("Noted: %s is not biased and may take part.")
            messages.success(request, text % member)
            return redirect("review:meeting", found.meeting_id)
    names = {"member": member, "question": ruling.question, "present": len(Body(found).judges_of(member))}
    lead = _(
        "%(question)s – %(present)s members are present who vote on this, without %(member)s. "
        "Who votes neither yes nor no has abstained."
    )
    title = _("Is %(member)s biased?") % names
    back = reverse("review:meeting", args=[found.meeting_id])
    return form_page(request, form, title, _("Record the ruling"), back, lead=lead % names)
