"""The list of applications, a receipt, and the moves without a page of their own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from applications import documents, operations, policies, texts
from applications.forms import ApplicationFilter
from applications.models import Application
from applications.views.responses import pdf
from funding.policies import Role
from funding.views import confirm_move

PER_PAGE = 25


@login_required
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """Everything this person may see: theirs as an applicant, the town's as staff."""
    visible = Application.objects.visible_to(request.user)
    found = ApplicationFilter(
        request.GET, visible.with_parties().order_by(F("received_on").desc(nulls_first=True), "-pk")
    )
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(case, texts.state_label(case, request.user), texts.TONES.get(case.state)) for case in page]
    own = {case.pk for case in page if case.file_number and _may_copy(case, request.user)}
    context = {
        "may_help": bool(request.user.towns_as(Role.OFFICER)),  # type: ignore[union-attr]
        "filter": found,
        "page_obj": page,
        "rows": [(*row, texts.next_date(row[0])) for row in rows],
        "own": own,
    }
    return render(request, "applications/application_list.html", context)


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A submission as PDF: what was sent, word for word."""
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    if not policies.may_read_letters(application, request.user):
        raise PermissionDenied
    submission = get_object_or_404(application.submissions.all(), number=number)
    return pdf(documents.receipt_pdf(submission), f"{application.file_number}-{number}.pdf")


def _may_copy(application: Application, user: Any) -> bool:
    return user.right_in(application.organisation_id) in ("edit", "submit")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft with the texts and the plan of this application."""
    application = get_object_or_404(Application.objects.visible_to(request.user).with_parties().with_plan(), pk=pk)
    if not _may_copy(application, request.user):
        raise PermissionDenied
    if request.method == "POST":
        draft = operations.copy_application(application, by=request.user)
        messages.success(request, _("Here is your new draft. The days are still missing; please look at everything."))
        return redirect("applications:detail", draft.pk)
    context = {
        "title": _("Use again"),
        "lead": _(
            "You get a new draft with the texts and the plan of “%s”. Days, files and what you confirmed stay behind."
        )
        % application,
        "form": Form(),
        "submit_label": _("Make a new draft"),
        "cancel_url": reverse("case", args=[pk]),
    }
    return render(request, "_form_page.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The confirm page of every move without a page of its own."""
    application = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    return confirm_move(request, application, name, back=reverse("case", args=[pk]))
