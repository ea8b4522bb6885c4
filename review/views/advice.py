"""Advice given and noted, its figures of a year, and the notes staff write among themselves."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from funding import clock
from funding.gate import Refused
from funding.models import Municipality
from funding.policies import Role
from review import operations, policies
from review.forms import AdviceForm, NoteForm
from review.models import Advice
from review.views.desk import visible_case

GET_POST = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(GET_POST)
def advice(request: HttpRequest, pk: int) -> HttpResponse:
    """Note advice about a case: everything but the length is filled in, and a button says the length."""
    application = visible_case(request, pk)
    return _note_advice(request, application, back=reverse("case", args=[pk]))


@login_required
@require_http_methods(GET_POST)
def advice_without_case(request: HttpRequest, town: int) -> HttpResponse:
    """Note advice for somebody who has no case: they called, or came by."""
    found = get_object_or_404(Municipality, pk=town, pk__in=request.user.towns_as(Role.OFFICER))  # type: ignore[union-attr]
    return _note_advice(request, found, back=reverse("review:advice-year"))


def _note_advice(request: HttpRequest, about: Application | Municipality, *, back: str) -> HttpResponse:
    initial = {"given_on": clock.today(), "kind": Advice.Kind.PHONE}
    form = AdviceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.log_advice(about, by=request.user, **form.to_log())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The advice is noted."))
            return redirect(back)
    context = {
        "application": about if isinstance(about, Application) else None,
        "form": form,
        "presets": AdviceForm.PRESETS,
        "cancel_url": back,
    }
    return render(request, "review/advice.html", context)


@login_required
@require_safe
def advice_year(request: HttpRequest) -> HttpResponse:
    """How much advice was given in a year: how often, how long, how, in which month."""
    towns = request.user.towns_as(Role.OFFICER, Role.AUDITOR)  # type: ignore[union-attr]
    if not towns:
        raise PermissionDenied
    found = Advice.objects.readable_to(request.user)
    years = sorted(
        {day.year for day in found.order_by().dates("given_on", "year")} | {clock.today().year}, reverse=True
    )
    asked = request.GET.get("year", "")
    year = int(asked) if asked in map(str, years) else years[0]
    rows = list(found.filter(given_on__year=year).values_list("given_on", "kind", "minutes", "application"))
    advised = request.user.towns_as(Role.OFFICER)  # type: ignore[union-attr]
    context = {
        "year": year,
        "years": years,
        "count": len(rows),
        "minutes": sum(row[2] for row in rows),
        "without_case": sum(row[3] is None for row in rows),
        "by_kind": _sums((label, row[2]) for kind, label in Advice.Kind.choices for row in rows if row[1] == kind),
        "by_month": _sums((MONTHS[row[0].month], row[2]) for row in reversed(rows)),
        "towns": Municipality.objects.filter(pk__in=advised).order_by("name", "pk"),
    }
    return render(request, "review/advice_year.html", context)


def _sums(pairs: Any) -> list[tuple[Any, int, int]]:
    """(label, how often, minutes) in the order in which the labels come."""
    found: dict[Any, list[int]] = defaultdict(list)
    for label, minutes in pairs:
        found[label].append(minutes)
    return [(label, len(each), sum(each)) for label, each in found.items()]


@login_required
@require_http_methods(GET_POST)
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    """What staff wrote among themselves about a case, and one note more."""
    cases = Application.objects.visible_to(request.user).with_parties()
    application = get_object_or_404(cases, pk=pk)
    if not policies.may_read_notes(application, request.user):
        raise PermissionDenied
    may_note = policies.may_note(application, request.user)
    if request.method == "POST" and not may_note:
        raise PermissionDenied
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.add_note(application, form.cleaned_data["text"], by=request.user)
        messages.success(request, _("The note is saved."))
        return redirect("review:notes", pk)
    context = {
        "application": application,
        "notes": application.internal_notes.select_related("written_by"),
        "form": form if may_note else None,
    }
    return render(request, "review/notes.html", context)
