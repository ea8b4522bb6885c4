"""Who sits on the board: list, new seat, change."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from funding import clock
from funding.gate import Refused
from funding.models import Programme
from funding.policies import Role
from funding.views import form_page
from review import operations
from review.forms import NewSeatForm, SeatForm
from review.models import BoardMember
from review.views.desk import GET_POST


def _towns(request: HttpRequest) -> list[int]:
    """The towns whose boards this person fills. Raises PermissionDenied when there is none."""
    towns: list[int] = request.user.towns_as(Role.OFFICER, Role.ADMINISTRATOR)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    return towns


@login_required
@require_safe
def seats(request: HttpRequest) -> HttpResponse:
    """Every board with its members; those who left stand below."""
    found = BoardMember.objects.filter(municipality__in=_towns(request)).select_related("user", "programme")
    rank = {position: place for place, position in enumerate(BoardMember.Position.values)}
    members = sorted(found, key=lambda m: (m.programme.name, m.programme_id, rank[m.position], m.user.name, m.pk))
    today = clock.today()
    context = {
        "groups": [
            (_("Members"), "members", [m for m in members if not m.has_left(today)]),
            (_("Former members"), "former", [m for m in members if m.has_left(today)]),
        ],
        "today": today,
    }
    return render(request, "review/seats.html", context)


@login_required
@require_http_methods(GET_POST)
def seat_create(request: HttpRequest) -> HttpResponse:
    """Somebody joins the board; open meetings invite them at once."""
    programmes = Programme.objects.filter(municipality__in=_towns(request)).select_related("municipality").in_order()
    form = NewSeatForm(request.POST or None, programmes=programmes, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.give_seat(
                data["programme"], by=request.user, email=data["email"], name=data["name"], **form.seat()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%s sits on the board now and can sign in.") % data["name"])
            return redirect("review:seats")
    lead = _("They sign in with a code, no password. Meetings that are called already invite them at once.")
    return form_page(request, form, _("New member"), _("Give the seat"), reverse("review:seats"), lead=lead)


@login_required
@require_http_methods(GET_POST)
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a seat, or end it by its last day."""
    members = BoardMember.objects.select_related("user", "programme")
    found = get_object_or_404(members, pk=pk, municipality__in=_towns(request))
    initial: dict[str, Any] = {
        "position": found.position,
        "votes": found.votes,
        "affiliations": "\n".join(found.affiliations),
        "since": found.since,
        "until": found.until,
    }
    form = SeatForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_seat(found, by=request.user, **form.seat())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The seat is saved. Meetings that are called already follow it."))
            return redirect("review:seats")
    return form_page(request, form, str(found), _("Save the seat"), reverse("review:seats"), lead=found.programme.board)
