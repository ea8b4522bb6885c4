"""The outbox of the office, and the event log for the auditor."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from applications.models import Application, Letter
from funding.gate import Refused
from funding.models import Event, Message, Municipality, User
from funding.policies import Role, is_officer
from funding.site.forms import AuditFilter, MessageForm, OutboxFilter
from funding.site.operations import SIGN_IN_KIND, discard_message, send_message
from funding.site.proof import first_mismatch

STATE_TONES = {"draft": "warning", "failed": "danger", "sent": "success", "queued": "info"}
WAITING = (Message.State.DRAFT, Message.State.FAILED)


def _messages(request: HttpRequest) -> Any:
    """The mails of the towns for which this person keeps or audits the outbox. Raises PermissionDenied for others."""
    user: Any = request.user
    if not user.towns_as(Role.OFFICER, Role.AUDITOR):
        raise PermissionDenied
    return Message.objects.in_outbox_of(user).exclude(kind=SIGN_IN_KIND)


@login_required
@require_http_methods(["GET", "HEAD"])
def outbox(request: HttpRequest) -> HttpResponse:
    """Every mail, drafts and failures first; they wait for the officer."""
    found = _messages(request)
    form = OutboxFilter(request.GET)
    if form.is_valid():
        if words := form.cleaned_data["q"]:
            found = found.filter(Q(subject__icontains=words) | Q(recipient__icontains=words))
        if state := form.cleaned_data["state"]:
            found = found.filter(state=state)
    first = Case(When(state__in=WAITING, then=Value(0)), default=Value(1))
    page = Paginator(found.order_by(first, "-pk"), 25).get_page(request.GET.get("page"))
    rows = [(mail, STATE_TONES.get(mail.state, "neutral")) for mail in page]
    return render(request, "site/outbox.html", {"page_obj": page, "rows": rows, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a mail; a draft can be edited and sent."""
    found = get_object_or_404(_messages(request), pk=pk)
    may_send = is_officer(found, request.user)
    if request.method == "POST" and not may_send:
        raise PermissionDenied
    editable = may_send and found.state in WAITING
    if request.method == "POST" and not editable:
        messages.warning(request, _("This mail was already sent or discarded."))
        return redirect("outbox")
    form = MessageForm(request.POST or None, initial={"subject": found.subject, "body": found.body})
    if request.method == "POST" and form.is_valid():
        try:
            send_message(found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The mail is on its way."))
            return redirect("outbox")
    context = {
        "message": found,
        "form": form if editable else None,
        "case_url": _case_url(found, request.user),
        "tone": STATE_TONES.get(found.state, "neutral"),
        "crumbs": [(_("Outbox"), reverse("outbox"))],
    }
    return render(request, "site/message.html", context)


def _case_url(message: Message, user: Any) -> str:
    """The case a mail is about, if this person may see it."""
    case = Application.objects.visible_to(user)
    if message.about == Application._meta.label_lower:
        case = case.filter(pk=int(message.about_id or 0))
    elif message.about == Letter._meta.label_lower:
        case = case.filter(letters=message.about_id)
    else:
        return ""
    pk = case.values_list("pk", flat=True).first()
    return reverse("case", args=[pk]) if pk else ""


@login_required
@require_POST
def message_discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_messages(request), pk=pk)
    if not is_officer(found, request.user):
        raise PermissionDenied
    try:
        discard_message(found, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The draft is put away. It stays readable."))
    return redirect("outbox")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest) -> HttpResponse:
    """The event log, the newest first; the button recomputes every chain and writes nothing."""
    user: Any = request.user
    towns = Municipality.objects.filter(pk__in=user.towns_as(Role.AUDITOR)).order_by("name", "pk")
    if not user.towns_as(Role.AUDITOR):
        raise PermissionDenied
    form = AuditFilter(request.GET or None)
    found = Event.objects.filter(municipality__in=towns)
    if form.is_valid():
        if kind := form.cleaned_data["kind"]:
            found = found.filter(kind__icontains=kind)
        if case := form.cleaned_data["case"]:
            found = found.filter(subject_id=case)
    page = Paginator(found.order_by("municipality", "-number"), 25).get_page(request.GET.get("page"))
    people = User.objects.in_bulk({event.actor for event in page if event.actor})
    context = {
        "page_obj": page,
        "rows": [(event, str(people.get(event.actor, "")) or _("the platform")) for event in page],
        "form": form,
        "results": [(town, first_mismatch(town)) for town in towns] if request.method == "POST" else [],
    }
    return render(request, "site/audit.html", context)
