"""The outbox of the office, and the event log for the auditor."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from applications.models import Application, Letter
from funding.gate import Refused
from funding.models import Event, Message, MessageQuerySet, Municipality, User
from funding.outbox import EDITABLE, SENDABLE, late
from funding.policies import Role, is_officer
from funding.site.forms import AuditFilter, MessageForm, OutboxFilter
from funding.site.mails import mails_of
from funding.site.operations import confirm_message, discard_message, save_message, send_message
from funding.site.proof import first_mismatch

STATE_TONES = {"draft": "warning", "failed": "danger", "unsure": "danger", "sent": "success", "queued": "info"}
AT_ONCE = 100  # so many mails are read and sent on one page


def _messages(request: HttpRequest) -> MessageQuerySet:
    """The mails of the towns for which this person keeps or audits the outbox. Raises PermissionDenied for others."""
    user: Any = request.user
    if not user.towns_as(Role.OFFICER, Role.AUDITOR):
        raise PermissionDenied
    return mails_of(user)


def _shown(request: HttpRequest) -> tuple[OutboxFilter, MessageQuerySet]:
    """The mails the filter in the address leaves."""
    found = _messages(request)
    form = OutboxFilter(request.GET)
    if form.is_valid():
        if words := form.cleaned_data["q"]:
            found = found.filter(Q(subject__icontains=words) | Q(recipient__icontains=words))
        if state := form.cleaned_data["state"]:
            found = found.filter(late() if state == "late" else Q(state=state))
    return form, found


def _to_send(request: HttpRequest, found: MessageQuerySet) -> MessageQuerySet:
    """Those this person may send, and all of which may be sent with one button."""
    towns = request.user.towns_as(Role.OFFICER)  # type: ignore[union-attr]
    return found.filter(municipality__in=towns, state__in=EDITABLE)


@login_required
@require_http_methods(["GET", "HEAD"])
def outbox(request: HttpRequest) -> HttpResponse:
    """Every mail; first those that wait for the officer."""
    form, found = _shown(request)
    first = Case(When(state__in=SENDABLE, then=Value(0)), default=Value(1))
    page = Paginator(found.order_by(first, "-pk"), 25).get_page(request.GET.get("page"))
    rows = [(mail, STATE_TONES.get(mail.state, "neutral")) for mail in page]
    counts = _to_send(request, found).order_by().values_list("state").annotate(Count("pk"))
    context = {"page_obj": page, "rows": rows, "form": form, "sendable": _buttons(request, dict(counts))}
    return render(request, "site/outbox.html", context)


def _buttons(request: HttpRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
    """A button for all drafts shown, and one for all that failed."""
    labels = {
        Message.State.DRAFT: ngettext("Read and send %s draft", "Read and send all %s drafts", counts.get("draft", 0)),
        Message.State.FAILED: ngettext("Try %s mail again", "Try all %s mails again", counts.get("failed", 0)),
    }
    words = request.GET.get("q", "")
    return [
        {
            "label": labels[state] % counts[state],
            "url": f"{reverse('outbox-send')}?{urlencode({'q': words, 'state': state.value})}",
        }
        for state in EDITABLE
        if counts.get(state)
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def outbox_send(request: HttpRequest) -> HttpResponse:
    """Read all drafts (or failed mails) the filter leaves, one below the other, and send them with one button."""
    if not request.user.towns_as(Role.OFFICER):  # type: ignore[union-attr]
        raise PermissionDenied
    _form, found = _shown(request)
    mails = list(_to_send(request, found).order_by("pk")[: AT_ONCE + 1])
    if request.method == "POST":
        return _send_read(request, set(request.POST.getlist("mail")))
    if not mails:
        messages.info(request, _("No mail is waiting to be sent."))
        return redirect("outbox")
    context = {"mails": mails[:AT_ONCE], "more": len(mails) > AT_ONCE, "crumbs": [(_("Outbox"), reverse("outbox"))]}
    return render(request, "site/outbox_send.html", context)


def _send_read(request: HttpRequest, read: set[str]) -> HttpResponse:
    """Send the mails that still say what was read (`pk-fingerprint`)."""
    sent = 0
    for mail in _to_send(request, _messages(request)).order_by("pk"):
        if f"{mail.pk}-{mail.fingerprint}" in read:
            with suppress(Refused):
                send_message(mail, by=request.user, read=mail.fingerprint)
                sent += 1
    if sent:
        messages.success(request, ngettext("%s mail is on its way.", "%s mails are on their way.", sent) % sent)
    if sent < len(read) or not sent:
        messages.warning(request, _("What was changed or sent in the meantime stays as it is. Please read it again."))
    return redirect("outbox")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a mail; a draft can be edited, kept and sent, one that perhaps went can be sent again."""
    found = get_object_or_404(_messages(request), pk=pk)
    may_send = is_officer(found, request.user)
    if request.method == "POST" and not may_send:
        raise PermissionDenied
    if request.method == "POST" and found.state not in SENDABLE:
        messages.warning(request, _("This mail was already sent or discarded."))
        return redirect("outbox")
    if request.method == "POST" and found.state == Message.State.UNSURE:
        return _tried(request, lambda: send_message(found, by=request.user), _("The mail is on its way."))
    editable = may_send and found.state in EDITABLE
    form = MessageForm(request.POST or None, initial={"subject": found.subject, "body": found.body})
    if request.method == "POST" and form.is_valid():
        keep = "keep" in request.POST
        try:
            (save_message if keep else send_message)(found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. It still waits here.") if keep else _("The mail is on its way."))
            return redirect("outbox")
    context = {
        "message": found,
        "form": form if editable else None,
        "may_send": may_send,
        "case_url": _case_url(found, request.user),
        "tone": STATE_TONES.get(found.state, "neutral"),
        "crumbs": [(_("Outbox"), reverse("outbox"))],
    }
    return render(request, "site/message.html", context)


def _tried(request: HttpRequest, act: Callable[[], Any], done: str) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        act()
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("outbox")


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


def _to_settle(request: HttpRequest, pk: int) -> Message:
    found = get_object_or_404(_messages(request), pk=pk)
    if not is_officer(found, request.user):
        raise PermissionDenied
    return found


@login_required
@require_POST
def message_discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_settle(request, pk)
    done = _("The draft is put away. It stays readable.")
    return _tried(request, lambda: discard_message(found, by=request.user), done)


@login_required
@require_POST
def message_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody asked: a mail that perhaps went did arrive."""
    found = _to_settle(request, pk)
    return _tried(request, lambda: confirm_message(found, by=request.user), _("Noted: the mail arrived."))


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
