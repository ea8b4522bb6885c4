"""Pages of the administrator: people and their roles, towns, programmes, rounds; no case can be seen from here."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from funding import operations
from funding.gate import Refused
from funding.models import Assignment, Municipality, Programme, Round
from funding.policies import Role
from funding.programmes import parse
from funding.site.forms import PersonForm, ProgrammeForm, RoundForm, SearchForm, TownForm, UploadForm
from funding.toml import FileError
from funding.views import form_page


def _towns(request: HttpRequest) -> QuerySet[Municipality]:
    """The towns this person administrates. Raises PermissionDenied when there is none."""
    towns = request.user.towns_as(Role.ADMINISTRATOR)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    return Municipality.objects.filter(pk__in=towns).order_by("name", "pk")


def _tried(form: Any, act: Callable[[], Any]) -> bool:
    """Do it; a refusal becomes the form's error and everything typed stays."""
    try:
        act()
    except (Refused, FileError) as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


# --- People -----------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who does what in the person's towns; found by name or mail address."""
    towns = _towns(request)
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = Assignment.objects.filter(municipality__in=towns).select_related("user", "municipality")
    if words:
        found = found.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    page = Paginator(found.order_by("user__name", "user__email", "role", "pk"), 25).get_page(request.GET.get("page"))
    return render(request, "site/people.html", {"page_obj": page, "form": form, "towns": towns})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_create(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None, towns=_towns(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if _tried(form, lambda: operations.give_role(by=request.user, **data)):
            messages.success(request, _("%s can sign in now.") % data["name"])
            return redirect("people")
    return form_page(request, form, _("Give somebody a role"), _("Give the role"), reverse("people"))


@login_required
@require_POST
def role_remove(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = get_object_or_404(Assignment.objects.select_related("user"), pk=pk, municipality__in=_towns(request))
    try:
        operations.take_role(assignment, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%s no longer has this role.") % assignment.user)
    return redirect("people")


# --- Towns ------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def town(request: HttpRequest, pk: int) -> HttpResponse:
    """The town's letterhead, remedy, account and languages."""
    found = get_object_or_404(_towns(request), pk=pk)
    form = TownForm(request.POST or None, instance=Municipality.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if _tried(form, lambda: operations.change_settings(found, values, by=request.user)):
            messages.success(request, _("The settings of the town are saved."))
            return redirect("programmes")
    return form_page(request, form, str(found), _("Save"), reverse("programmes"), town=found)


# --- Programmes -------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """Towns and programmes, each with what it still lacks, and the rounds."""
    towns = _towns(request)
    found = Programme.objects.filter(municipality__in=towns).select_related("municipality").in_order()
    found = found.prefetch_related("categories", Prefetch("rounds", Round.objects.order_by("opens_on", "pk")))
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "site/programmes.html", {"page_obj": page, "towns": towns})


def _programme(request: HttpRequest, pk: int) -> Programme:
    return get_object_or_404(Programme.objects.select_related("municipality"), pk=pk, municipality__in=_towns(request))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def programme_upload(request: HttpRequest) -> HttpResponse:
    """Load a programme file of one's own town; what it changed is listed."""
    towns = _towns(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read()

        def load() -> None:
            file = parse(content)
            if not towns.filter(slug=file.municipality["slug"]).exists():
                raise Refused(_("This file is for “%s”, which is not your town.") % file.municipality["slug"])
            loaded = operations.load_programme(file, by=request.user)
            messages.success(request, _summary(loaded))

        if _tried(form, load):
            return redirect("programmes")
    return form_page(request, form, _("Load a programme file"), _("Load"), reverse("programmes"))


def _summary(loaded: operations.Loaded) -> str:
    if not loaded.created and not loaded.changed:
        return _("The file changed nothing: everything stood like this already.")
    names = [*loaded.created, *loaded.changed]
    return _("Loaded. New or changed: %s") % ", ".join(names)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def programme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    programme = _programme(request, pk)
    form = ProgrammeForm(request.POST or None, programme=programme)
    if request.method == "POST" and form.is_valid():
        values = form.to_save()
        if _tried(form, lambda: operations.change_settings(programme, values, by=request.user)):
            messages.success(request, _("The settings of the programme are saved."))
            return redirect("programmes")
    title = str(programme)
    return form_page(request, form, title, _("Save"), reverse("programmes"), town=programme.municipality)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def round_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a round; refused with the names of what the programme still lacks."""
    programme = _programme(request, pk)
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if _tried(form, lambda: operations.open_round(programme, by=request.user, **values)):
            messages.success(request, _("The round is entered. People can apply from its first day."))
            return redirect("programmes")
    missing = programme.missing_for_round()
    lead = (
        _("No round can be opened yet. Please enter first: %s") % ", ".join(str(name) for name in missing)
        if missing
        else _("People see these days on the programme's page, and they are promises.")
    )
    context = {"lead": lead, "town": programme.municipality}
    return form_page(request, form, _("Open a round"), _("Open the round"), reverse("programmes"), **context)
