"""The demo's own pages: change the person, read every mail. They exist only there, and only on this machine."""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from funding.fields import clean_text
from funding.models import Message, User
from funding.policies import Role
from funding.site.views.accounts import enter

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
View = Callable[..., HttpResponse]


def _is_loopback(request: HttpRequest) -> bool:
    """Asked from this machine, under a name of this machine, and not through a proxy on it."""
    host = request.get_host()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return name in LOOPBACK_NAMES and address.is_loopback and not forwarded


def demo_only(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEMO and _is_loopback(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """The demo's people, a button each; nobody who is not marked demo can be chosen."""
    found = User.objects.filter(demo=True, is_active=True)
    if request.method == "POST":
        user = get_object_or_404(found, email=clean_text(request.POST.get("email", "")).casefold())
        logout(request)
        return enter(request, user)
    labels = dict(Role.choices)
    rows = [
        {
            "user": user,
            "what": ", ".join(str(labels[a.role]) for a in user.assignments.all())
            or ", ".join(str(m.organisation) for m in user.memberships.all())
            or _("Applicant"),
            "seats": [seat.get_position_display() for seat in user.seats.all()],
        }
        for user in found.prefetch_related("assignments", "memberships__organisation", "seats").order_by("pk")
    ]
    return render(request, "site/demo.html", {"people": rows})


@demo_only
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """Every mail that was sent, the newest first."""
    sent = Message.objects.filter(state=Message.State.SENT, municipality__demo=True).select_related("municipality")
    page = Paginator(sent.order_by("-sent_at", "-pk"), 25).get_page(request.GET.get("page"))
    return render(request, "site/demo_mail.html", {"page_obj": page})
