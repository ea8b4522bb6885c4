"""The funding line on the wall: amounts and order are tried out, the pot fills up, the list is saved."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from funding.gate import Refused
from review import operations, policies
from review.forms import LineForm
from review.models import Meeting
from review.operations import FundingLine
from review.views.desk import GET_POST


@login_required
@require_http_methods(GET_POST)
def funding_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Officer and chair: GET shows what was saved last, POST what is tried out; only "save" keeps anything."""
    meetings = Meeting.objects.visible_to(request.user).select_related("programme__municipality")
    meeting = get_object_or_404(meetings, pk=pk)
    if not policies.may_manage(meeting, operations.seat_of(meeting, request.user), request.user):
        raise PermissionDenied
    line = operations.funding_line(meeting, request.user)
    sent = request.method == "POST"
    # On a GET there is data when the language was changed in the middle of trying out: it is only shown again.
    form = LineForm(request.POST if sent or request.POST else None, rows=line.rows, initial=_initial(line))
    if sent:
        order = _moved(form.in_order(), request.POST)
        if form.is_valid() and request.POST.get("act") == "save" and _saved(request, meeting, form, order):
            return redirect("review:funding-line", meeting.pk)
        line = operations.funding_line(meeting, request.user, amounts=form.amounts(), order=order)
        if form.is_valid():  # shown as it stands now: in the new order, amounts as they are usually written
            form = LineForm(rows=line.rows, initial=_initial(line) | {"after": form.cleaned_data["after"]})
    context = {
        "meeting": meeting,
        "line": line,
        "pots": line.pots,
        "rows": [(row, form[LineForm.name(row.item.pk)]) for row in line.rows],
        "form": form,
        "may_save": meeting.closed_at is None and not line.hidden and bool(line.rows),
    }
    return render(request, "review/funding_line.html", context)


def _initial(line: FundingLine) -> dict[str, Any]:
    return {
        "after": line.saved.number if line.saved else 0,
        "order": ",".join(str(row.item.pk) for row in line.rows),
    }


def _moved(order: list[int], data: Any) -> list[int]:
    """The order after "up" or "down" of one case was clicked."""
    for name, step in (("up", -1), ("down", 1)):
        value = data.get(name, "")
        if value.isdecimal() and int(value) in order:
            place = order.index(int(value))
            other = max(0, min(len(order) - 1, place + step))
            order[place], order[other] = order[other], order[place]
    return order


def _saved(request: HttpRequest, meeting: Meeting, form: LineForm, order: list[int]) -> bool:
    try:
        operations.save_list(meeting, form.amounts(), order, by=request.user, after=form.cleaned_data["after"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The list is saved. Motions begin with its amounts."))
    return True
