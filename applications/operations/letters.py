"""Letters: issued once, and how they reached their recipient (§ 41 VwVfG)."""

import hashlib
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Consent, Letter
from applications.operations.sending import recipients
from funding import calendar, clock
from funding.gate import Refused, record, save_with_history, writes
from funding.policies import is_officer, may_act_for


@writes
def issue_letter(
    application: Application,
    kind: str,
    *,
    title: str,
    content: bytes,
    by: Any,
    facts: dict[str, Any] | None = None,
    corrects: Letter | None = None,
    in_writing: bool = False,
) -> Letter:
    """Keep a finished document as issued; it is never made again (DOMAIN section 7).

    Download only with the applicant's consent (§ 41 (2a) VwVfG), else post; its ten days run from the mail that says
    so (`provided_on`), which the officer sends. What decides nothing needs no consent: its mail is enough. A letter
    that must be `in_writing` (§ 49a (1) VwVfG) goes by post. `facts` are what it states, for its explanation.
    Raises Refused while the town lacks what a letter must say.
    """
    if missing := application.municipality.missing_for_letters:
        names = ", ".join(str(name) for name in missing)
        raise Refused(_("No letter can be issued yet. Please enter first: %s") % names)
    agreed = application.consents.filter(kind=Consent.Kind.ELECTRONIC, revoked_at=None).exists()
    online = agreed or (kind not in Letter.TO_BE_RECEIVED and bool(recipients(application)))
    letter = Letter(
        municipality_id=application.municipality_id,
        application=application,
        kind=kind,
        title=title,
        content=content,
        facts=facts or {},
        corrects=corrects,
        sha256=hashlib.sha256(content).hexdigest(),
        issued_at=clock.now(),
        issued_by=by if getattr(by, "pk", None) else None,
        delivery=Letter.Delivery.DOWNLOAD if online and not in_writing else Letter.Delivery.POST,
    )
    save_with_history(letter, by=by, reason=kind)
    record(letter.municipality_id, "letter.issue", letter, by=by, details={"kind": kind, "sha256": letter.sha256})
    return letter


def _lock_letter(letter: Letter) -> Letter:
    return Letter.objects.select_for_update(of=("self",)).select_related("application__municipality").get(pk=letter.pk)


def _notify(letter: Letter, day: date, *, by: Any, how: str) -> None:
    letter.notified_on = day
    if letter.kind in Letter.DECIDING:
        letter.remedy_ends_on = calendar.remedy_ends_on(day, letter.application.municipality.state)
    save_with_history(letter, by=by, reason=how)
    record(letter.municipality_id, f"letter.{how}", letter, by=by, details={"notified_on": day.isoformat()})


@writes
def open_letter(letter: Letter, *, by: Any) -> Letter:
    """Note that somebody entitled to receive it opened the letter; the first time counts (§ 41 (2a) VwVfG).

    A download after the ten days is no notification: it must be provided again or posted. One before the mail counts.
    """
    fresh = _lock_letter(letter)
    if fresh.opened_at is not None or not may_act_for(fresh.application, by):
        return fresh
    fresh.opened_at, fresh.opened_by = clock.now(), by
    save_with_history(fresh, by=by, reason="open")
    record(fresh.municipality_id, "letter.open", fresh, by=by)
    if fresh.delivery == Letter.Delivery.DOWNLOAD and fresh.notified_on is None:
        state = fresh.application.municipality.state
        if fresh.provided_on is None or clock.today() <= calendar.download_closes_on(fresh.provided_on, state):
            _notify(fresh, calendar.notified_by_download(clock.today()), by=by, how="download")
    return fresh


@writes
def record_posting(letter: Letter, *, by: Any, day: date) -> Letter:
    """The letter was posted on a day: notified on the fourth day after (§ 41 (2) VwVfG).

    Raises Refused for a day before the letter was issued or in the future, or when it was already notified.
    """
    fresh = _deliverable(letter, by=by, day=day)
    fresh.delivery, fresh.posted_on, fresh.received_on = Letter.Delivery.POST, day, None
    _notify(fresh, calendar.notified_by_post(day), by=by, how="post")
    return fresh


@writes
def record_handover(letter: Letter, *, by: Any, day: date) -> Letter:
    """The letter was handed over in person: notified that day (§ 41 (1) VwVfG). Raises Refused as above."""
    fresh = _deliverable(letter, by=by, day=day)
    fresh.delivery = Letter.Delivery.IN_PERSON
    if fresh.opened_at is None:
        fresh.opened_at = clock.now()
    _notify(fresh, day, by=by, how="handover")
    return fresh


def _deliverable(letter: Letter, *, by: Any, day: date) -> Letter:
    fresh = _lock_letter(letter)
    if not is_officer(fresh, by):
        raise PermissionDenied("only the officer records how a letter went out")
    if fresh.notified_on is not None:
        raise Refused(_("This letter already reached its recipient. The first notification counts."))
    _assert_between(max(timezone.localdate(fresh.issued_at, clock.BERLIN), fresh.returned_on or day.min), day)
    return fresh


def _assert_between(first: date, day: date) -> None:
    if not first <= day <= clock.today():
        span = {"first": date_format(first), "last": date_format(clock.today())}
        raise Refused(_("The day must lie between %(first)s and %(last)s.") % span)


# --- After it was posted ----------------------------------------------------------------------------------------------


def may_come_back(letter: Letter) -> bool:
    """It was posted, counts as received, and nobody proved when it really arrived."""
    return letter.delivery == Letter.Delivery.POST and letter.notified_on is not None and letter.received_on is None


def _posted(letter: Letter, *, by: Any) -> Letter:
    fresh = _lock_letter(letter)
    if not is_officer(fresh, by):
        raise PermissionDenied("only the officer records what became of a letter")
    if fresh.posted_on is None or not may_come_back(fresh):
        raise Refused(_("This letter is not on its way by post, or its receipt is proven. Nothing was changed."))
    return fresh


@writes
def record_return(letter: Letter, *, by: Any, day: date) -> Letter:
    """The letter came back: nobody was notified, no period runs, and it can be posted again (§ 41 (2) VwVfG).

    Raises Refused for a day before the posting or in the future, and for a letter that is not on its way.
    """
    fresh = _posted(letter, by=by)
    _assert_between(fresh.posted_on or day, day)
    fresh.returned_on, fresh.notified_on, fresh.remedy_ends_on = day, None, None
    save_with_history(fresh, by=by, reason="return")
    record(fresh.municipality_id, "letter.return", fresh, by=by, details={"returned_on": day.isoformat()})
    return fresh


@writes
def record_receipt(letter: Letter, *, by: Any, day: date) -> Letter:
    """A receipt proven to be later than the day the law presumes replaces that day (§ 41 (2) VwVfG).

    Raises Refused for an earlier day, which changes nothing, for one in the future, and as `record_return`.
    """
    fresh = _posted(letter, by=by)
    presumed = calendar.notified_by_post(fresh.posted_on or day)
    if day <= presumed:
        raise Refused(
            _("An earlier receipt changes nothing: the letter counts as received on %s.") % date_format(presumed)
        )
    _assert_between(presumed, day)
    fresh.received_on = day
    _notify(fresh, calendar.notified_by_post(fresh.posted_on or day, day), by=by, how="receipt")
    return fresh


def may_be_contested(letter: Letter) -> bool:
    """A remedy can be recorded here: against an award it is recorded with its grant, where it also holds the money."""
    return letter.kind != Letter.Kind.AWARD and letter.contested_on is None


@writes
def contest(letter: Letter, *, by: Any, day: date) -> Letter:
    """Somebody sued or objected against a letter that is no award: it does not become final by itself.

    Raises Refused for an award, for a second remedy, and for a day before the letter or in the future.
    """
    fresh = _lock_letter(letter)
    if not is_officer(fresh, by):
        raise PermissionDenied("only the officer records a remedy")
    if not may_be_contested(fresh):
        raise Refused(_("A remedy against this letter is recorded elsewhere, or it already was."))
    _assert_between(timezone.localdate(fresh.issued_at, clock.BERLIN), day)
    fresh.contested_on = day
    save_with_history(fresh, by=by, reason="contest")
    record(fresh.municipality_id, "letter.contest", fresh, by=by, details={"contested_on": day.isoformat()})
    return fresh
