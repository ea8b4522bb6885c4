"""Who of the staff is away, and who stands in meanwhile."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from funding import clock
from funding.gate import Refused
from funding.models import Absence, Municipality
from funding.operations import colleagues, end_absence, enter_absence
from funding.policies import STAFF, Role
from funding.site.forms import AbsenceForm

ROLES = (*STAFF, Role.ADMINISTRATOR)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """Everybody of one's towns who is or will be away; below, one's own next absence."""
    user: Any = request.user
    towns = user.towns_as(*ROLES)
    if not towns:
        raise PermissionDenied
    town = Municipality.objects.filter(pk__in=towns).order_by("pk")[0]
    form = AbsenceForm(request.POST or None, deputies=colleagues(town, user))
    if request.method == "POST" and form.is_valid():
        try:
            entry = enter_absence(town, user=user, by=user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted. Meanwhile your work shows up with %s.") % entry.deputy)
            return redirect("absences")
    found = Absence.objects.filter(municipality__in=towns, last__gte=clock.today()).select_related("user", "deputy")
    administers = user.towns_as(Role.ADMINISTRATOR)
    rows = [(entry, entry.user_id == user.pk or entry.municipality_id in administers) for entry in found]
    return render(request, "site/absences.html", {"rows": rows, "form": form})


@login_required
@require_POST
def absence_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Back again, or not away after all."""
    towns = request.user.towns_as(*ROLES)  # type: ignore[union-attr]
    entry = get_object_or_404(Absence, pk=pk, municipality__in=towns)
    end_absence(entry, by=request.user)
    messages.success(request, _("Noted: nobody stands in any more."))
    return redirect("absences")
