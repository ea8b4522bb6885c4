"""The page of the plan: its lines, what was understood of them, and what they come to while somebody types."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from applications import operations, texts
from applications.forms import CostsForm
from funding import clock
from funding.gate import Refused

NUMBERS = ("quantity", "unit_price_cents", "deductible_cents", "amount_cents")


def leave(request: HttpRequest, elsewhere: HttpResponse) -> HttpResponse:
    """Where the page cannot go on: a script is told to go there too, but not from within a word being typed."""
    if not getattr(request, "htmx", False):
        return elsewhere
    return (
        HttpResponse(status=204) if "calculate" in request.POST else HttpResponseClientRedirect(elsewhere["Location"])
    )


def keep_arranged(request: HttpRequest, form: Any) -> None:
    """A button that arranges the lines keeps what was typed, also where no script does."""
    try:
        operations.autosave(form.application, form.section, form.sent(), by=request.user)
    except Refused as refusal:
        form.said = str(refusal)


def plan_page(request: HttpRequest, form: CostsForm, context: dict[str, Any]) -> HttpResponse:
    """The whole page; for a script that asks, the lines arranged anew or only the sums and notes."""
    _add_notes(form)
    for lines in form.formsets:
        for place, line in enumerate(lines.forms):
            line.buttons = _buttons(lines.prefix, place, len(lines.forms))
    result = form.result()
    context |= {
        "form": form,
        "result": result,
        "highest": texts.highest_grant(result),
        "balance": texts.balance(result),
        "may_ask": 0 < result.highest_grant_cents != result.requested_cents,
    }
    if not getattr(request, "htmx", False):
        return render(request, "applications/application_plan.html", context)
    is_typing = "calculate" in request.POST
    return render(request, "applications/_plan_sum.html" if is_typing else "applications/_plan.html", context)


def _add_notes(form: CostsForm) -> None:
    """Below each line: what the page understood, and the limits that apply to it."""
    application = form.application
    start = application.start or application.received_on or clock.today()
    for shown, read in zip(form.costs.forms, form.costs.readings, strict=True):
        shown.note = texts.cost_note(read.as_rule(), start, application.end) if read.counts else _misread(shown, read)
    for shown, read in zip(form.financing.forms, form.financing.readings, strict=True):
        shown.note = (texts.eur(read.cleaned_data["amount_cents"]),) if read.counts else _misread(shown, read)


def _buttons(prefix: str, place: int, count: int) -> tuple[dict[str, str], ...]:
    """What arranges a line: the act with its line, the word on the button, and where the page goes on."""
    acts = (
        ("up", _("Up"), place - 1),
        ("down", _("Down"), place + 1),
        ("copy", _("Copy"), place + 1),
        ("remove", _("Remove"), place),
    )
    return tuple(
        {"name": f"{act}-{prefix}-{place}", "word": word, "to": f"{prefix}-{to}"}
        for act, word, to in acts
        if (act, place) not in (("up", 0), ("down", count - 1))
    )


def _misread(shown: Any, read: Any) -> tuple[str, ...]:
    """Why an amount or number cannot be read; after a save the field itself says so."""
    if shown.errors:
        return ()
    wrong = [error for name in NUMBERS if name in read.errors for error in read.errors.as_data()[name]]
    return tuple(str(error.message) for error in wrong if error.code in ("amount", "quantity"))
