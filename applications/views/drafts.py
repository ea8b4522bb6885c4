"""The task list of an application that may be written, and what its pages share."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications import operations, policies, texts
from applications.forms import FORMS, CostsForm
from applications.models import Application
from applications.narrative import german_versions
from applications.sections import BY_SLUG, SECTIONS
from applications.workflow import State
from funding import clock


@dataclass(frozen=True)
class Task:
    """A line of the task list."""

    title: Any
    url: str
    status: str
    tone: str


def visible_draft(request: HttpRequest, pk: int, section: str = "") -> Application:
    """With all its parts, or only with what the page of one section reads."""
    cases = Application.objects.visible_to(request.user).with_parties()
    if not section:
        cases = cases.with_plan().prefetch_related("uploads", "failed_uploads")
    elif section == CostsForm.section:
        cases = cases.with_plan()
    elif FORMS[section].may_be_short():
        cases = cases.prefetch_related("costs")
    return get_object_or_404(cases, pk=pk)


def led_elsewhere(request: HttpRequest, application: Application) -> HttpResponse | None:
    """Where to send somebody who cannot write (any more); 403 for those who never could."""
    if operations.may_be_written(application, request.user):
        return None
    if not policies.may_edit(application, request.user):
        raise PermissionDenied
    messages.info(request, _("This application was already sent. Its answers can be changed when we ask you to."))
    return redirect("case", application.pk)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list while the application may be written; afterwards the case page."""
    application = visible_draft(request, pk)
    if not operations.may_be_written(application, request.user):
        return redirect("case", application.pk)
    codes = [code for code in operations.hindrances(application, clock.today()) if code != "missing-declarations"]
    found = texts.points(codes, application, application.evaluate())
    tasks = _tasks(application, found)
    # A section nobody has looked at yet says so itself; its questions need no list of reproaches.
    begun = {slug for slug, task in tasks.items() if task.status != _("not started")}
    context = {
        "application": application,
        "closed": operations.closed_round(application, clock.today()),
        "state": texts.state_label(application, request.user),
        "tone": texts.TONES.get(application.state),
        "tasks": [*tasks.values(), *files_task(application), _last_task(application, found)],
        "points": [point for point in found if point.section in begun],
        "changes": [
            (BY_SLUG[slug].title, section_url(application, slug), reason)
            for slug, reason in application.changes_asked.items()
            if slug in BY_SLUG
        ],
        "moves": [move for move in application.moves_for(request.user) if move.at != "applications:check"],
        "uploads": application.uploads.all(),
        "failed": application.failed_uploads.all(),
        "german": german_versions(application) if application.state in operations.BEFORE_ADMISSION else [],
        "at_counter": policies.is_at_counter(application, request.user),
    }
    return render(request, "applications/application_tasks.html", context)


def _tasks(application: Application, found: list[texts.Point]) -> dict[str, Task]:
    missing = {point.section for point in found if point.code.startswith("missing-")}
    wrong = {point.section for point in found if not point.code.startswith("missing-")}
    slugs = [section.slug for section in SECTIONS]
    return {slug: _task(application, slug, is_missing=slug in missing, is_wrong=slug in wrong) for slug in slugs}


def _task(application: Application, slug: str, *, is_missing: bool, is_wrong: bool) -> Task:
    form = FORMS[slug](application=application)
    progress = application.progress(slug)
    # What an earlier application or an import has answered needs nobody to save it again.
    is_done = not (is_missing or is_wrong) and (progress.done or (form.is_answered and not progress.is_saved))
    wanted = application.changes_asked.get(slug, "") if application.state == State.RETURNED else ""
    if wanted and not progress.done:
        status, tone = _("change wanted"), "warning"
    elif is_done:
        status, tone = (_("changed") if wanted else _("done")), "success"
    elif progress.done or form.is_begun or progress.typed:
        status, tone = _("in progress"), "info"
    else:
        status, tone = _("not started"), "neutral"
    return Task(BY_SLUG[slug].title, section_url(application, slug), status, tone)


def files_task(application: Application) -> list[Task]:
    """A line for the files, where the programme wants to see any."""
    wanted = application.attachments
    if not wanted:
        return []
    url = reverse("applications:upload", args=[application.pk])
    if all(found.files for found in wanted):
        return [Task(_("Files"), url, _("done"), "success")]
    if not all(found.is_answered for found in wanted):
        return [Task(_("Files"), url, _("not started"), "neutral")]
    later = any(found.later for found in wanted)
    return [Task(_("Files"), url, _("later") if later else _("if you like"), "info" if later else "neutral")]


def section_url(application: Application, slug: str) -> str:
    return reverse("applications:edit", args=[application.pk, slug])


def _last_task(application: Application, found: list[texts.Point]) -> Task:
    url = reverse("applications:check", args=[application.pk])
    if found:
        return Task(_("Check and send"), url, _("not ready yet"), "neutral")
    return Task(_("Check and send"), url, _("ready to send"), "info")
