"""Check and send: everything on one page, what is missing, declarations and consents."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from applications import operations, policies, texts
from applications.forms import FORMS, CheckForm
from applications.models import Application
from applications.sections import BY_SLUG, SECTIONS
from applications.views.drafts import led_elsewhere, section_url, visible_draft
from funding import clock
from funding.gate import Refused
from funding.templatetags.kern import anchor


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on one page, what is missing, declarations, and the button that sends it."""
    application = visible_draft(request, pk)
    if (elsewhere := led_elsewhere(request, application)) is not None:
        return elsewhere
    if policies.is_at_counter(application, request.user):
        return redirect("applications:read-back", pk)
    if not policies.may_submit(application, request.user):
        raise PermissionDenied
    form = CheckForm(request.POST or None, application=application)
    if request.method == "POST" and form.is_valid():
        try:
            sent = operations.send_in(application, by=request.user, **form.to_send())
        except TransitionNotAllowed:
            messages.info(request, _("This application was already sent. It was sent once."))
            return redirect("case", application.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            application = visible_draft(request, pk)
        else:
            messages.success(request, _sentence_after_sending(sent))
            return redirect("case", sent.pk)
    return render(request, "applications/application_check.html", checked(application) | {"form": form})


def _sentence_after_sending(application: Application) -> str:
    sentence = _("We have your application. Its file number is %s. A receipt comes by mail.") % application.file_number
    if application.promised_on:
        day = date_format(application.promised_on)
        sentence += " " + _("Next we check it, then the board looks at it. You have an answer by %s.") % day
    return sentence


def checked(application: Application) -> dict[str, Any]:
    today = clock.today()
    result = application.evaluate()
    codes = [code for code in operations.hindrances(application, today) if code != "missing-declarations"]
    return {
        "application": application,
        "closed": operations.closed_round(application, today),
        "problems": _with_urls(application, texts.points(codes, application, result)),
        "warnings": _with_urls(application, texts.points(application.warnings(today), application, result)),
        "summaries": [_summary(application, section.slug) for section in SECTIONS if section.slug != "costs"],
        "costs_url": _change_url(application, "costs"),
        "plan": _plan_lines(application, result),
        "balance": texts.balance(result),
        "uploads": application.uploads.all(),
        "failed": application.failed_uploads.all(),
        "attachments": application.attachments,
    }


def _with_urls(application: Application, points: list[texts.Point]) -> list[tuple[str, str, Any]]:
    return [(point.sentence, *_place_of(application, point.section)) for point in points]


def _place_of(application: Application, section: str) -> tuple[str, Any]:
    if section == "files":
        return reverse("applications:upload", args=[application.pk]), _("Files")
    return _change_url(application, section), BY_SLUG[section].title


def _change_url(application: Application, slug: str) -> str:
    return section_url(application, slug) + "?from=check"


def _summary(application: Application, slug: str) -> dict[str, Any]:
    form = FORMS[slug](application=application)
    form.show_typed()
    url = _change_url(application, slug)
    answers = [(form.fields[name].label, form.shown(name), f"{url}#{anchor(form[name])}") for name in form.questions]
    return {"id": slug, "heading": BY_SLUG[slug].title, "answers": answers}


def _cost_note(line: Any) -> str:
    notes = [
        line.category.name,
        _("unpaid work") if line.in_kind else "",
        texts.tax_note(line.amount_cents, line.deductible_cents),
    ]
    return ", ".join(filter(None, notes))


def _plan_lines(application: Application, result: Any) -> dict[str, Any]:
    """The plan for `_plan_table.html`."""
    costs = [
        {
            "label": line.what,
            "detail": f"{line.quantity.normalize():f} × {texts.eur(line.unit_price_cents)}",
            "note": _cost_note(line),
            "cents": line.amount_cents,
        }
        for line in application.costs.all()
    ]
    lines = list(application.financing.all())
    financing = [
        {
            "label": line.what or line.get_kind_display(),
            "detail": line.get_kind_display() if line.what else "",
            "note": line.get_status_display() if line.status else "",
            "cents": line.amount_cents,
        }
        for line in lines
    ]
    return {
        "costs": costs,
        "financing": financing,
        "costs_cents": result.total_cents,
        "financing_cents": sum(line.amount_cents for line in lines),
        "totals": [(_("Eligible costs"), result.eligible_cents)],
    }
