"""One page per section: its questions, and what is typed on it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import operations, rules, texts
from applications.forms import FORMS, SectionForm
from applications.models import Application
from applications.sections import BY_SLUG, after
from applications.views.drafts import led_elsewhere, section_url, visible_draft
from funding.forms import renew_version
from funding.gate import Refused, Stale


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
    if request.method == "POST" and form.is_valid() and _save(request, application, section, form):
        messages.success(request, _("Saved: %s") % BY_SLUG[section].title)
        return redirect(_next_page(request, application, section))
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


def _save(request: HttpRequest, application: Application, section: str, form: SectionForm) -> bool:
    try:
        operations.save_answers(
            application,
            section,
            by=request.user,
            version=form.cleaned_data["version"],
            done="later" not in request.POST or form.is_complete,
            **form.to_save(),
        )
    except Stale:
        renew_version(form, Application.objects.values_list("version", flat=True).get(pk=application.pk))
        form.add_error(
            None, _("Somebody saved something here while you were writing. Your answers are still below: save again.")
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


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
