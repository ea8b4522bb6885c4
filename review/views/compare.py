"""Two submissions of a case side by side."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from applications.models import Application
from review import compare, policies
from review.forms import CompareForm


@login_required
@require_safe
def submissions(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed between any two submissions; without a choice between the last two."""
    application = get_object_or_404(Application.objects.visible_to(request.user).with_parties(), pk=pk)
    if not policies.may_compare(application, request.user):
        raise PermissionDenied
    sent = list(application.submissions.order_by("number"))
    form = CompareForm(request.GET or None, submissions=sent)
    older, newer = form.chosen()
    rows = []
    if older and newer:
        old, new = older.snapshot, newer.snapshot
        rows = [*compare.answers(old, new), *compare.costs(old, new), *compare.financing(old, new)]
    context = {
        "application": application,
        "form": form,
        "older": older,
        "newer": newer,
        "changed": [row for row in rows if row.changed],
        "same": [row for row in rows if not row.changed],
        "may_check": policies.may_check(application, request.user),
    }
    return render(request, "review/application_compare.html", context)
