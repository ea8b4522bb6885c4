"""The library of conditions and obligations: what decisions may be made subject to, in the town's own words."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from funding.gate import Refused
from funding.models import Municipality
from funding.policies import Role
from review import operations, policies
from review.documents import PLACEHOLDERS
from review.forms import ProvisionForm
from review.models import Provision
from review.views.desk import GET_POST


def _towns(request: HttpRequest, *roles: str) -> Any:
    """The towns this person has one of these roles in. Raises PermissionDenied when there is none."""
    towns = request.user.towns_as(*roles)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    return Municipality.objects.filter(pk__in=towns).order_by("name", "pk")


@login_required
@require_safe
def provisions(request: HttpRequest) -> HttpResponse:
    """The libraries of the person's towns."""
    towns = list(_towns(request, Role.OFFICER, Role.DECIDER, Role.ADMINISTRATOR, Role.AUDITOR))
    entries: dict[int, list[Provision]] = {town.pk: [] for town in towns}
    for entry in Provision.objects.visible_to(request.user):
        entries[entry.municipality_id].append(entry)
    libraries = [
        {
            "town": town,
            "entries": entries[town.pk],
            "may_edit": policies.may_edit_provisions(Provision(municipality=town), request.user),
        }
        for town in towns
    ]
    return render(request, "review/provision_list.html", {"libraries": libraries})


@login_required
@require_POST
def take_usual(request: HttpRequest, town: int) -> HttpResponse:
    """Fill an empty library with the usual entries."""
    found = get_object_or_404(_towns(request, Role.OFFICER, Role.ADMINISTRATOR), pk=town)
    count = operations.take_usual_provisions(found, by=request.user)
    if count:
        messages.success(request, _("The usual entries are there. Please read them: they go into letters."))
    else:
        messages.info(request, _("The library already has entries. It stays as it is."))
    return redirect("review:provisions")


@login_required
@require_http_methods(GET_POST)
def provision_create(request: HttpRequest, town: int) -> HttpResponse:
    """A new entry."""
    found = get_object_or_404(_towns(request, Role.OFFICER, Role.ADMINISTRATOR), pk=town)
    last = Provision.objects.filter(municipality=found).order_by("-position").first()
    entry = Provision(municipality=found, position=last.position + 1 if last else 1)
    return _edit(request, entry, _("New condition or obligation"))


@login_required
@require_http_methods(GET_POST)
def provision(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an entry; its earlier versions stand below."""
    entry = get_object_or_404(Provision.objects.visible_to(request.user), pk=pk)
    if not policies.may_edit_provisions(entry, request.user):
        raise PermissionDenied
    return _edit(request, entry, str(entry))


def _edit(request: HttpRequest, entry: Provision, title: str) -> HttpResponse:
    form = ProvisionForm(request.POST or None, provision=entry)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_provision(entry, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Decisions that are prepared already keep their words."))
            return redirect("review:provisions")
    versions = entry.history.select_related("history_user").order_by("-history_date", "-history_id")
    context = {
        "title": title,
        "form": form,
        "placeholders": [(f"{{{name}}}", meaning) for name, meaning in PLACEHOLDERS.items()],
        "versions": versions[:20] if entry.pk else [],
    }
    return render(request, "review/provision_form.html", context)
