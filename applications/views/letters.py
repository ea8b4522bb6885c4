"""Letters of a case: opening one, and recording how one went out."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from applications import documents, operations, policies
from applications.forms import CorrectionForm, DayForm
from applications.models import Letter
from applications.views.responses import pdf
from funding import calendar, clock
from funding.gate import Refused
from funding.policies import is_officer, may_act_for
from funding.views import form_page


def _visible(request: HttpRequest, **lookup: object) -> Letter:
    letters = Letter.objects.visible_to(request.user).select_related("application__municipality", "municipality")
    return get_object_or_404(letters, **lookup)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, key: str) -> HttpResponse:
    """A letter as it was issued.

    The first download by a person entitled to receive it notifies (§ 41 (2a) VwVfG), so it happens by a button and
    never because a mail program or browser fetched the address in advance. Others only look.
    """
    letter = _visible(request, key=key)
    if not policies.may_read_letters(letter.application, request.user):
        raise PermissionDenied
    if not letter.content:
        raise Http404  # its time of keeping is over
    counts = _counts(letter, request.user)
    if request.method == "POST":
        operations.open_letter(letter, by=request.user)
        return redirect("document", key)
    if counts:
        context = {"letter": letter, "application": letter.application, "meaning": _meaning(letter)}
        return render(request, "applications/letter_open.html", context)
    return pdf(bytes(letter.content), f"{letter.application.file_number}-{letter.kind}.pdf")


def _counts(letter: Letter, user: Any) -> bool:
    """Opening it now is its receipt: nobody entitled to it has seen it yet."""
    unseen = letter.kind in Letter.TO_BE_RECEIVED and letter.opened_at is None
    return unseen and may_act_for(letter.application, user)


@login_required
@never_cache
@require_safe
def letter_meaning(request: HttpRequest, key: str) -> HttpResponse:
    """What a letter means for this case, in the reader's language; who has not opened it yet opens it first."""
    letter = _visible(request, key=key)
    if not policies.may_read_letters(letter.application, request.user):
        raise PermissionDenied
    if _counts(letter, request.user):
        return redirect("document", key)
    context = {"letter": letter, "meaning": documents.meaning_of(letter)}
    return render(request, "applications/letter_meaning.html", context)


def _meaning(letter: Letter) -> str:
    """What opening this letter sets going."""
    if letter.notified_on is not None or letter.delivery != Letter.Delivery.DOWNLOAD:
        return _(
            "You may look at it at any time. Its periods depend on when the printed letter reaches you, not on this."
        )
    # The ten days run from the mail about it; before that mail was sent they have not begun.
    closes = calendar.download_closes_on(letter.provided_on or clock.today(), letter.municipality.state)
    if clock.today() > closes:
        return _(
            "The time to open it here was over on %s. You can read it; we send it to you once more so that it counts."
        ) % (date_format(closes))
    counts_from = date_format(calendar.notified_by_download(clock.today()))
    return _(
        "If you open it today, it counts as received on %(day)s. From then the time runs in which you may take action "
        "against it. You can open it here until %(closes)s."
    ) % {"day": counts_from, "closes": date_format(closes)}


@login_required
@require_http_methods(["GET", "POST"])
def post_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the day on which a letter was posted."""
    title, lead = _("Letter posted"), _("It counts as received on the fourth day after this day.")
    return _record(request, pk, operations.record_posting, title, lead)


@login_required
@require_http_methods(["GET", "POST"])
def handover_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the day on which a letter was handed over."""
    title, lead = _("Letter handed over"), _("It counts as received on this day.")
    return _record(request, pk, operations.record_handover, title, lead)


@login_required
@require_http_methods(["GET", "POST"])
def return_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a posted letter came back."""
    title, lead = _("Letter came back"), _("It reached nobody: no period runs. Check the address and post it again.")
    return _record(request, pk, operations.record_return, title, lead, may=operations.may_come_back)


@login_required
@require_http_methods(["GET", "POST"])
def receipt_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a posted letter is proven to have arrived later than the law presumes."""
    title = _("Letter received later")
    lead = _("A proven later day replaces the fourth day after posting; an earlier one changes nothing.")
    return _record(request, pk, operations.record_receipt, title, lead, may=operations.may_come_back)


@login_required
@require_http_methods(["GET", "POST"])
def contest_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a remedy against a letter that is no award."""
    title, lead = _("Remedy recorded"), _("The day on which somebody sued or objected against this letter.")
    return _record(request, pk, operations.contest, title, lead, may=operations.may_be_contested)


def _not_notified(letter: Letter) -> bool:
    return letter.notified_on is None


def _record(
    request: HttpRequest,
    pk: int,
    act: Callable[..., Letter],
    title: str,
    lead: str,
    *,
    may: Callable[[Letter], bool] = _not_notified,
) -> HttpResponse:
    letter = _visible(request, pk=pk)
    if not is_officer(letter, request.user):
        raise PermissionDenied
    back = reverse("case", args=[letter.application_id])
    if not may(letter):
        messages.info(request, _("This is already recorded, or it does not fit this letter. Here is how it stands."))
        return redirect(back)
    form = DayForm(request.POST or None, initial={"day": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            done = act(letter, by=request.user, day=form.cleaned_data["day"])
        except Refused as refusal:
            form.add_error("day", str(refusal))
        else:
            messages.success(request, _sentence(done))
            return redirect(back)
    context = {"title": f"{title}: {letter.title}", "lead": lead, "form": form, "cancel_url": back}
    return render(request, "_form_page.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was wrong in an issued letter and what is right: a new letter says it."""
    letter = _visible(request, pk=pk)
    if not policies.may_correct(letter, request.user):
        raise PermissionDenied
    back = reverse("case", args=[letter.application_id])
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.correct_letter(letter, form.cleaned_data["text"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The correction is issued. The letter before it stays as it was."))
            return redirect(back)
    title = _("Correct: %s") % letter.title
    lead = _("A new letter says what was wrong and what is right. Nothing in the old one changes.")
    return form_page(request, form, title, _("Issue the correction"), back, lead=lead)


def _sentence(letter: Letter) -> str:
    if letter.contested_on is not None:
        return _("Recorded. The letter does not become final until this is decided.")
    if letter.notified_on is None:
        return _("Recorded. The letter counts as not received; please post it again.")
    if letter.remedy_ends_on is None:
        return _("Recorded.")
    notified, ends = (date_format(day) if day else "" for day in (letter.notified_on, letter.remedy_ends_on))
    return _("Recorded. The letter counts as received on %(day)s; action is possible until %(end)s.") % {
        "day": notified,
        "end": ends,
    }
