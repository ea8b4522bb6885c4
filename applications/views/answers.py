"""One page per section: its questions, and what is typed on it."""

import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applications import operations, rules, texts
from applications.forms import FORMS, SectionForm
from applications.models import Application
from applications.operations import Other, Overtaken
from applications.sections import BY_SLUG, after
from applications.views.drafts import led_elsewhere, section_url, visible_draft
from funding import clock
from funding.forms import renew_version
from funding.gate import Refused


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """The questions of one section."""
    if section not in BY_SLUG:
        raise Http404
    application = visible_draft(request, pk)
    if (elsewhere := led_elsewhere(request, application)) is not None:
        return elsewhere
    form = FORMS[section](request.POST or None, application=application, partial="later" in request.POST)
    if request.method == "POST" and not form.is_rearranged and _save(request, application, form):
        messages.success(request, _("Saved: %s") % BY_SLUG[section].title)
        return redirect(_next_page(request, application, section))
    if request.method == "GET":
        form.initial["page"] = _page_of(request, application)
        form.show_typed()
    context = {
        "application": application,
        "section": BY_SLUG[section],
        "number": list(BY_SLUG).index(section) + 1,
        "form": form,
        "wanted": application.changes_asked.get(section, ""),
        "formsets": form.formsets,
        "from_check": request.GET.get("from") == "check",
        "uploads": [upload for upload in application.uploads.all() if upload.section == section],
        **(_calculated(application, form.plan()) if hasattr(form, "plan") else {}),
    }
    template = "applications/application_plan.html" if form.formsets else "applications/application_section.html"
    return render(request, template, context)


def _page_of(request: HttpRequest, application: Application) -> str:
    """A name for the page that is made now, which nobody else can make: whose it is and of which case."""
    return Signer(salt="page").sign(f"{request.user.pk}.{application.pk}.{secrets.token_urlsafe(4)}")


def _save(request: HttpRequest, application: Application, form: SectionForm) -> bool:
    """Keep what was sent, right or wrong; whether the page can be left."""
    try:
        if not form.is_valid():
            kept = operations.autosave(application, form.section, form.sent(), by=request.user)
            _meet(form, kept.application, kept.others)
            return "later" in request.POST and not kept.others
        done = "later" not in request.POST or form.is_complete
        operations.save_answers(application, form.section, form.sent(), by=request.user, done=done)
    except Overtaken as overtaken:
        _meet(form, Application.objects.with_parties().get(pk=application.pk), overtaken.others)
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _meet(form: SectionForm, application: Application, others: list[Other]) -> None:
    """Show beside each answer what somebody else wrote there; the next save is meant, and counts."""
    renew_version(form, application.progress(form.section).version)
    if others:
        form.add_error(
            None, _("Somebody saved something here while you were writing. Your answers are still below: save again.")
        )


@require_POST
@never_cache
def autosave(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Keep what was typed so far; the answer says when it was kept and what others wrote meanwhile."""
    if section not in BY_SLUG:
        raise Http404
    if not request.user.is_authenticated:
        return render(request, "applications/_signed_out.html", {"section": section, "pk": pk}, status=401)
    application = visible_draft(request, pk)
    form = FORMS[section](request.POST, application=application, partial=True)
    try:
        kept = operations.autosave(application, section, form.sent(request.POST.getlist("changed")), by=request.user)
    except Refused as refusal:
        return render(request, "applications/_not_saved.html", {"sentence": refusal}, status=409)
    context = {"at": clock.now(), "version": kept.application.progress(section).version}
    return render(request, "applications/_saved.html", context)


def _next_page(request: HttpRequest, application: Application, section: str) -> str:
    if "later" in request.POST:
        return reverse("applications:detail", args=[application.pk])
    following = after(section)
    if request.GET.get("from") == "check" or following is None:
        return reverse("applications:check", args=[application.pk])
    return section_url(application, following.slug)


def _calculated(application: Application, plan: Any) -> dict[str, Any]:
    """What the plan comes to, under the lines."""
    programme = application.programme
    left = None
    if application.start and (year := programme.years.filter(year=application.start.year).first()):
        left = year.balances.not_awarded_cents
    result = rules.evaluate(plan, programme.cap_per_project_cents, left)
    names = {category.slug: category.name for category in programme.categories.all()}
    return {
        "result": result,
        "surplus_cents": -result.open_cents if result.open_cents < 0 else 0,
        "highest": texts.highest_grant(result),
        "balance": texts.balance(result),
        "hints": texts.share_hints(plan, names),
    }
