"""My tasks, and the page of one case."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from applications import texts
from applications.models import Application, StaffBias
from funding import clock
from funding.models import Round
from funding.site.cases import CasePage, money_of
from funding.site.inbox import Inbox
from funding.site.tasks import tasks_of


@login_required
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """The first page of everybody: what waits for this person, then their own applications."""
    user = request.user
    if user.is_staff_somewhere:  # type: ignore[union-attr]
        return _inbox(request)
    page = Paginator(tasks_of(user), 25).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "tasks": page.object_list,
        "mine": _mine(user),
        "rounds": _open_rounds(),
    }
    return render(request, "site/tasks.html", context)


def _inbox(request: HttpRequest) -> HttpResponse:
    """The tasks of somebody who works for a town: by urgency, of officers all, their own or nobody's."""
    user: Any = request.user
    inbox = Inbox(user, request.GET.get("show", ""))
    withheld = StaffBias.objects.filter(user=user, withdrawn_at=None, application__in=user.withheld_cases)
    context = {
        "inbox": inbox,
        "page_obj": Paginator(inbox.rows(), 25).get_page(request.GET.get("page")),
        "withheld": withheld.select_related("application__assigned_to", "deputy"),
        "mine": _mine(user),
    }
    return render(request, "site/inbox.html", context)


def _mine(user: Any) -> list[tuple[Application, str, str]]:
    """The applications of the person's own groups, with their state in the applicant's words."""
    found = Application.objects.filter(organisation__in=user.organisation_ids).with_parties().in_order()[:25]
    return [
        (application, str(texts.WORDS[application.state]), texts.TONES.get(application.state, ""))
        for application in found
    ]


def _open_rounds() -> list[Round]:
    return list(Round.objects.open_on(clock.today()).select_related("programme__municipality"))


def _withheld(user: Any, pk: int) -> StaffBias | None:
    """What somebody reads who declared bias: that the case exists and who has it now; as one of the group, the case."""
    entries = StaffBias.objects.filter(user=user, application=pk, withdrawn_at=None)
    entry = entries.select_related("application__organisation", "application__assigned_to", "deputy").first()
    return None if entry is None or user.right_in(entry.application.organisation_id) else entry


@login_required
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case as this person may see it: what comes next, what was asked and decided, what happened."""
    if pk in request.user.withheld_cases and (entry := _withheld(request.user, pk)):  # type: ignore[union-attr]
        return render(request, "site/case_withheld.html", {"entry": entry, "application": entry.application})
    visible = Application.objects.visible_to(request.user).with_parties().with_plan().select_related("assigned_to")
    application = get_object_or_404(visible, pk=pk)
    page = CasePage(application, request.user)
    context = {
        "town": application.municipality,
        "case": page,
        "application": application,
        "money": money_of(page.grant) if page.grant else [],
        "crumbs": [],
    }
    return render(request, "site/case.html", context)
