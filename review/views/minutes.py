"""The minutes of a meeting: read, written, signed, corrected; the file that was signed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.views.responses import pdf
from funding.gate import Refused
from funding.models import User
from funding.pdf import Block, Bullets, Facts, Grid, Heading, Text, plain
from funding.policies import Role, is_officer
from review import documents, operations
from review.forms import CorrectionForm, MinutesForm
from review.models import BoardItem, Meeting, Minutes
from review.views.desk import GET_POST


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    meetings = Meeting.objects.visible_to(request.user).select_related("programme__municipality", "repeats")
    return get_object_or_404(meetings, pk=pk)


def _hidden(request: HttpRequest, meeting: Meeting) -> set[int]:
    """The items this person may not read: excluded from them, or not declared."""
    opened = BoardItem.objects.visible_to(request.user).filter(meeting=meeting).order_by().values("pk")
    return set(meeting.items.exclude(pk__in=opened).values_list("pk", flat=True))


@login_required
@require_http_methods(GET_POST)
def minutes(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The minutes or a correction as they stand; the officer adds sentences until somebody has signed."""
    meeting = _meeting(request, pk)
    found = operations.minutes_of(meeting, number)
    if found is None and number > 1:
        raise Http404
    officer = is_officer(meeting, request.user)
    if request.method == "POST" and not officer:
        raise PermissionDenied
    if found is None:
        messages.info(request, _("The minutes are written when the meeting is over."))
        return redirect("review:meeting", meeting.pk)
    return _page(request, meeting, found, _hidden(request, meeting), officer=officer)


def _page(request: HttpRequest, meeting: Meeting, found: Minutes, hidden: set[int], *, officer: bool) -> HttpResponse:
    facts = operations.facts_of(found)
    form = _form(request, meeting, found, facts) if officer and found.facts is None and not hidden else None
    if request.method == "POST":
        if form is None:
            messages.warning(request, _("Somebody has signed this already: it stays as it is."))
            return redirect("review:minutes", meeting.pk, found.number)
        if form.is_valid() and _written(request, meeting, found, form):
            messages.success(request, _("Saved. The minutes say so now."))
            return redirect("review:minutes", meeting.pk, found.number)
    missing = operations.missing_signers(found, facts)
    blocks = documents.minutes_blocks(facts, hidden)
    said = [{"user": s.user_id, "role": s.role, "at": s.signed_at.isoformat()} for s in _signatures(found)]
    context = {
        "meeting": meeting,
        "minutes": found,
        "title": documents.title_of(facts),
        "blocks": [shown(block) for block in [*blocks, *documents.signature_blocks(facts, said)]],
        "form": form,
        "officer": officer,
        "hidden": hidden,
        "missing": [(signer["name"], documents.role_of(signer)) for signer in missing],
        "may_sign": any(signer["user"] == request.user.pk for signer in missing),
        "may_reopen": officer and found.facts is not None and bool(missing),
        "may_correct": officer and found.number == 1 and found.is_frozen and not hidden,
        "read": operations.fingerprint_of_minutes(facts),
        "others": Minutes.objects.filter(meeting=meeting).exclude(number=found.number).defer("content"),
    }
    return render(request, "review/minutes.html", context)


def _signatures(found: Minutes) -> Any:
    return found.signatures.all() if found.pk else []


def _form(request: HttpRequest, meeting: Meeting, found: Minutes, facts: dict[str, Any]) -> MinutesForm:
    officers = User.objects.filter(
        assignments__municipality=meeting.municipality_id, assignments__role=Role.OFFICER, is_active=True
    )
    initial = {f"remark-{item}": said for item, said in found.remarks.items()}
    return MinutesForm(
        request.POST or None,
        items=facts["items"],
        officers=officers.distinct().order_by("name", "pk"),
        correction=found.corrects_id is not None,
        initial=initial | {"text": found.text, "secretary": found.secretary_id, "version": found.version},
    )


def _written(request: HttpRequest, meeting: Meeting, found: Minutes, form: MinutesForm) -> bool:
    data = form.cleaned_data
    try:
        operations.write_minutes(
            meeting,
            found.number,
            by=request.user,
            text=data["text"],
            remarks=form.remarks(),
            secretary=data["secretary"],
            version=data["version"],
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def shown(block: Block) -> dict[str, Any]:
    """A block of a document as the page shows it."""
    match block:
        case Heading(text=text):
            return {"kind": "heading", "text": text}
        case Text(runs=runs):
            return {"kind": "text", "text": plain(runs)}
        case Bullets(items=items):
            return {"kind": "bullets", "items": [plain(item) for item in items]}
        case Facts(pairs=pairs):
            return {"kind": "facts", "pairs": [(name, plain(value)) for name, value in pairs]}
        case Grid(columns=columns, rows=rows):
            return {"kind": "grid", "columns": columns, "rows": [[plain(cell) for cell in row] for row in rows]}
    raise TypeError(f"not on a page: {block!r}")


@login_required
@require_POST
def sign(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Sign what was on the page."""
    meeting = _meeting(request, pk)
    found = operations.minutes_of(meeting, number)
    if found is None:
        raise Http404
    read = request.POST.get("read", "")
    act = partial(operations.sign_minutes, meeting, number, by=request.user, read=read)
    return _acted(request, act, _("Signed. Thank you."), meeting, number)


def _acted(request: HttpRequest, act: Callable[[], Any], done: str, meeting: Meeting, number: int) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("review:minutes", meeting.pk, number)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back the signatures that are there, to change the text."""
    meeting = _meeting(request, pk)
    if not is_officer(meeting, request.user):
        raise PermissionDenied
    done = _("The signatures are taken back. The text can be changed and is signed anew.")
    act = partial(operations.reopen_minutes, meeting, number, by=request.user)
    return _acted(request, act, done, meeting, number)


@login_required
@require_http_methods(GET_POST)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a correction of signed minutes."""
    meeting = _meeting(request, pk)
    if not is_officer(meeting, request.user) or _hidden(request, meeting):
        raise PermissionDenied
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.correct_minutes(meeting, form.cleaned_data["text"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The correction is written. It waits to be signed."))
            return redirect("review:minutes", meeting.pk, made.number)
    context = {
        "title": _("Correct the minutes of %s") % meeting,
        "lead": _("The minutes stay as they were signed. The correction is a document of its own and is signed, too."),
        "form": form,
        "submit_label": _("Write the correction"),
        "cancel_url": reverse("review:minutes", args=[meeting.pk, 1]),
    }
    return render(request, "_form_page.html", context)


@login_required
@require_safe
def file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The document that was signed, unchanged; for who may read every item of the meeting."""
    meeting = _meeting(request, pk)
    found = get_object_or_404(Minutes, meeting=meeting, number=number)
    if _hidden(request, meeting):
        raise PermissionDenied
    found = operations.freeze_minutes(found)
    if not found.is_frozen:
        messages.info(request, _("The file is made when everybody has signed."))
        return redirect("review:minutes", meeting.pk, number)
    return pdf(bytes(found.content or b""), f"niederschrift-{meeting.held_on}-{number}.pdf")
