"""What somebody consented to, in the words of that day; given and taken back here at any time."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import operations, policies
from applications.confirmations import consent
from applications.forms import offered_consents
from applications.models import Application, Consent


@dataclass(frozen=True)
class Row:
    """A consent that is asked for, or was given or taken back."""

    kind: str
    text: Any
    given: Consent | None
    revoked: Consent | None


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def consents(request: HttpRequest, pk: int) -> HttpResponse:
    """Each consent by itself, with the button that gives it or takes it back."""
    application = get_object_or_404(Application.objects.visible_to(request.user).with_parties(), pk=pk)
    if not policies.may_edit(application, request.user):
        raise PermissionDenied
    kept = list(application.consents.order_by("given_at", "pk"))
    given = {row.kind: row for row in kept if row.revoked_at is None}
    offered = [*offered_consents(application.organisation)]
    offered += [kind for kind in given if kind not in offered]
    kind = request.POST.get("give") or request.POST.get("revoke")
    if request.method == "POST" and kind in offered:
        kinds = set(given) | {kind} if "give" in request.POST else set(given) - {kind}
        operations.set_consents(application, kinds, by=request.user)
        messages.success(request, _("Thank you. We have noted it.") if "give" in request.POST else _("Taken back."))
        return redirect("applications:consents", pk)
    revoked = {row.kind: row for row in kept if row.revoked_at is not None}
    rows = [
        Row(kind, consent(kind, given[kind].version if kind in given else ""), given.get(kind), revoked.get(kind))
        for kind in offered
    ]
    return render(request, "applications/consents.html", {"application": application, "rows": rows})
