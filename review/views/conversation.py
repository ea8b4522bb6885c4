"""The conversation on a case: ask for help, answer, propose a wording, take it or leave it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.forms import FORMS
from applications.models import Application
from applications.narrative import OPEN_ANSWERS, answer_of
from applications.operations import OPEN_STATES, may_be_written
from applications.sections import BY_SLUG, fingerprint
from applications.views.responses import attachment as download
from applications.workflow import State
from funding.gate import Refused
from review import operations, policies
from review.forms import MessageForm, ProposalForm
from review.models import Attachment, Proposal, Reading, Remark

GET_POST = ["GET", "HEAD", "POST"]
PER_PAGE = 25


@dataclass(frozen=True)
class Row:
    """One message as the page shows it to one person."""

    remark: Remark
    section: Any
    mine: bool
    new: bool
    proposal: Proposal | None = None
    field: Any = ""
    present: str = ""
    can_settle: bool = False


def visible(request: HttpRequest, pk: int) -> Application:
    """The case, for those who read its conversation: 404 when it does not exist for them, 403 for the board."""
    cases = Application.objects.visible_to(request.user).with_parties().with_plan()
    application = get_object_or_404(cases, pk=pk)
    if not policies.may_read_conversation(application, request.user):
        raise PermissionDenied
    return application


@login_required
@never_cache
@require_http_methods(GET_POST)
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything said about a case, the newest last, beside the section it is about; opening it reads it."""
    application = visible(request, pk)
    may_write = policies.may_write(application, request.user)
    if request.method == "POST" and not may_write:
        raise PermissionDenied
    seen = Reading.objects.filter(application=application, user=request.user.pk).values_list("seen", flat=True).first()
    remarks = list(Remark.objects.filter(application=application).with_parts())
    about = _section(request, remarks)
    form = MessageForm(request.POST or None, request.FILES or None, initial={"section": about})
    if request.method == "POST" and form.is_valid() and _send(request, application, form):
        return redirect(reverse("review:conversation", args=[pk]) + "#newest")
    if not request.headers.get("HX-Request") and may_write | bool(request.user.right_in(application.organisation_id)):  # type: ignore[union-attr]
        operations.mark_read(application, by=request.user)
    context = {
        "application": application,
        "rows": [_row(application, remark, request.user, seen or 0) for remark in remarks],
        "form": form,
        "may_write": may_write,
        "is_group": bool(request.user.right_in(application.organisation_id)),  # type: ignore[union-attr]
        "may_ask": policies.may_ask(application, request.user),
        "can_edit": may_be_written(application, request.user),
        "is_draft": application.state == State.DRAFT and not application.paper,
        "section": BY_SLUG.get(about),
        "pairs": _answers(application, about, request.user),
        "proposable": _proposable(application, about, request.user),
        "waits": any(remark.needs_answer for remark in remarks) and policies.may_check(application, request.user),
    }
    return render(request, "review/conversation.html", context)


def _section(request: HttpRequest, remarks: list[Remark]) -> str:
    """The section that is asked for, else the last one somebody wrote about."""
    asked = request.GET.get("section", "")
    if asked in BY_SLUG:
        return asked
    return next((remark.section for remark in reversed(remarks) if remark.section in BY_SLUG), "")


def _row(application: Application, remark: Remark, user: Any, seen: int) -> Row:
    from_town = not user.right_in(application.organisation_id)
    proposal = next(iter(remark.proposals.all()), None)
    more: dict[str, Any] = {}
    if proposal is not None:
        more = {
            "proposal": proposal,
            "field": OPEN_ANSWERS[proposal.field][1],
            "present": answer_of(application, proposal.field),
            "can_settle": proposal.is_open
            and policies.may_ask(application, user)
            and may_be_written(application, user),
        }
    return Row(
        remark=remark,
        section=BY_SLUG[remark.section].title if remark.section in BY_SLUG else "",
        mine=remark.written_by_id == user.pk,
        new=remark.pk > seen and remark.from_town != from_town,
        **more,
    )


def _answers(application: Application, slug: str, user: Any) -> list[tuple[Any, Any]]:
    """The answers of the section the conversation is about; the account of a draft stays with its writers."""
    if slug not in FORMS or (slug == "bank" and not user.right_in(application.organisation_id)):
        return []
    return FORMS[slug](application=application).pairs()


def _proposable(application: Application, about: str, user: Any) -> list[tuple[str, Any]]:
    """(field, name) of the answers the officer may propose a wording for now, those of the section first."""
    if application.state not in OPEN_STATES or not policies.may_check(application, user):
        return []
    asked = [field for field in OPEN_ANSWERS if _is_asked(application, field)]
    fields = sorted(asked, key=lambda field: OPEN_ANSWERS[field][0] != about)
    return [(field, OPEN_ANSWERS[field][1]) for field in fields]


def _is_asked(application: Application, field: str) -> bool:
    """The form of this application has the question: the short one leaves some out."""
    return field in FORMS[OPEN_ANSWERS[field][0]](application=application).fields


def _send(request: HttpRequest, application: Application, form: MessageForm) -> bool:
    data = form.cleaned_data
    try:
        operations.write(
            application,
            data["text"],
            by=request.user,
            section=data["section"],
            files=[(file.name or _("File"), file.read()) for file in data["chosen"]],
        )
    except Refused as refusal:
        form.add_error("chosen" if data["chosen"] else "text", str(refusal))
    return not form.errors


@login_required
@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the office read the draft, or stop that."""
    application = visible(request, pk)
    on = request.POST.get("on") == "1"
    try:
        operations.share(application, by=request.user, on=on)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        done = _("The integration office can read your draft.") if on else _("Your draft is yours alone again.")
        messages.success(request, done)
    return redirect("review:conversation", pk)


@login_required
@require_POST
def answered(request: HttpRequest, pk: int) -> HttpResponse:
    """What the group wrote needs no answer."""
    application = visible(request, pk)
    operations.needs_no_answer(application, by=request.user)
    messages.success(request, _("Noted: nothing is to be answered."))
    return redirect("review:conversation", pk)


@login_required
@never_cache
@require_safe
def attachment(request: HttpRequest, key: str) -> HttpResponseBase:
    """A file of a message, for those who read the conversation."""
    cases = Application.objects.visible_to(request.user)
    files = Attachment.objects.filter(remark__application__in=cases).select_related("remark__application")
    found = get_object_or_404(files, key=key)
    if not policies.may_read_conversation(found.remark.application, request.user):
        raise PermissionDenied
    try:
        return download(found.file.open("rb"), found.name, found.media_type)
    except FileNotFoundError as error:
        raise Http404 from error


# --- Proposed wordings ------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(GET_POST)
def propose(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """A wording for one answer, written next to the answer as it stands."""
    application = visible(request, pk)
    if not policies.may_check(application, request.user):
        raise PermissionDenied
    if field not in OPEN_ANSWERS or not _is_asked(application, field):
        raise Http404
    back = reverse("review:conversation", args=[pk])
    if application.state not in OPEN_STATES:
        messages.info(
            request, _("The application was sent. A wording can be proposed when it is returned for changes.")
        )
        return redirect(back)
    form = ProposalForm(request.POST or None, application=application, field=field)
    if request.method == "POST" and form.is_valid():
        try:
            operations.propose(application, field, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("Proposed. The group takes it or leaves it with one click."))
            return redirect(back + "#newest")
    context = {
        "application": application,
        "form": form,
        "name": OPEN_ANSWERS[field][1],
        "present": answer_of(application, field),
        "cancel_url": back,
    }
    return render(request, "review/propose.html", context)


@login_required
@require_http_methods(GET_POST)
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a proposed wording or leave it; an answer that changed meanwhile is shown beside it first."""
    cases = Application.objects.visible_to(request.user)
    found = get_object_or_404(
        Proposal.objects.select_related("application", "remark", "proposed_by"), pk=pk, application__in=cases
    )
    application = found.application
    if not policies.may_ask(application, request.user):
        raise PermissionDenied
    back = reverse("review:conversation", args=[application.pk])
    if request.method == "POST":
        try:
            if request.POST.get("act") == "leave":
                operations.leave_proposal(found, by=request.user)
                messages.success(request, _("Left: your own words stay."))
            else:
                operations.take_proposal(found, by=request.user, over=request.POST.get("over", ""))
                messages.success(request, _("Taken: the proposed words are your answer now. You can change them."))
            return redirect(back + "#newest")
        except operations.AnswerChanged as refusal:
            messages.warning(request, str(refusal))
            application = Application.objects.get(pk=application.pk)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect(back)
    if not found.is_open:
        return redirect(back)
    present = answer_of(application, found.field)
    context = {
        "application": application,
        "proposal": found,
        "name": OPEN_ANSWERS[found.field][1],
        "present": present,
        "over": fingerprint(present),
        "back": back,
    }
    return render(request, "review/proposal.html", context)


# --- The list ---------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """The conversations this person takes part in, the newest first; unread ones are marked."""
    readable = Remark.objects.readable_to(request.user)
    found = readable.values("application").annotate(
        last=Max("pk"), with_waiting=Count("pk", filter=Q(needs_answer=True))
    )
    page = Paginator(found.order_by("-last"), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    cases = Application.objects.with_parties().in_bulk([row["application"] for row in rows])
    last = Remark.objects.in_bulk([row["last"] for row in rows])
    unread = dict(
        Remark.objects.unread_by(request.user)
        .filter(application__in=cases)
        .order_by()
        .values("application")
        .annotate(count=Count("pk"))
        .values_list("application", "count")
    )
    context = {
        "page_obj": page,
        "rows": [
            {
                "application": cases[row["application"]],
                "last": last[row["last"]],
                "unread": unread.get(row["application"], 0),
                "waits": row["with_waiting"] and not request.user.right_in(cases[row["application"]].organisation_id),  # type: ignore[union-attr]
            }
            for row in rows
        ],
    }
    return render(request, "review/conversation_list.html", context)
