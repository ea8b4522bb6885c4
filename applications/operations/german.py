"""The German version of what was written in another language: written, put to the applicant, confirmed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications import documents, policies
from applications.models import Application
from applications.narrative import german_entry, german_versions, unconfirmed
from applications.operations.sending import keep_submission, recipients
from applications.workflow import State
from funding import clock, outbox
from funding.gate import Refused, Stale, lock, record, save_with_history, writes
from funding.policies import may_act_for

BEFORE_ADMISSION = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.INCOMPLETE)


@writes
def write_german(
    application: Application, texts: Mapping[str, str], *, by: Any, seen: Mapping[str, str]
) -> Application:
    """Write German versions, field -> text; an empty text takes one away.

    The officer's wait for the applicant's confirmation; a person who may send writes their own and confirms it by
    that. `seen` are the marks of what the page showed. Raises Stale when original or German text is no longer that,
    Refused after admission, PermissionDenied.
    """
    fresh = _open_case(application)
    if not policies.may_write_german(fresh, by):
        raise PermissionDenied("not your application")
    versions = {version.field: version for version in german_versions(fresh)}
    changed = {
        field: text.strip()
        for field, text in texts.items()
        if field in versions and (text.strip() != versions[field].text or not versions[field].is_current)
    }
    if any(seen.get(field) != versions[field].mark for field in changed):
        raise Stale
    own = may_act_for(fresh, by)
    for field, text in changed.items():
        if text:
            fresh.german[field] = german_entry(text, versions[field].original, by=by, at=clock.now(), confirmed=own)
        else:
            fresh.german.pop(field, None)
    return _frozen(_keep(fresh, changed, "german", by=by), by=by) if changed else fresh


@writes
def ask_to_confirm(application: Application, *, by: Any, day: date) -> Application:
    """Put the German versions to the applicant, who confirms them by a day; the mail goes in their language.

    Confirmed by then, the application keeps its date (§ 23 (4) VwVfG). Raises Refused while a text is missing, when
    nothing is left to confirm, or for a day that is over.
    """
    fresh = _open_case(application)
    if not policies.may_check(fresh, by):
        raise PermissionDenied("only the officer asks")
    waiting = unconfirmed(fresh)
    if missing := [str(version.name) for version in waiting if not version.is_current]:
        raise Refused(_("Please write the German text first: %s") % ", ".join(missing))
    if not waiting:
        raise Refused(_("Every German text is confirmed already."))
    if day < clock.today():
        raise Refused(_("The new day to answer must not lie in the past."))
    fresh.confirm_by = day
    fresh = _keep(fresh, [version.field for version in waiting], "ask_to_confirm", by=by)
    outbox.post("german", to=recipients(fresh), about=fresh, text=lambda: documents.german_mail(fresh))
    return fresh


@writes
def confirm_german(application: Application, seen: Mapping[str, str], *, by: Any) -> Application:
    """Say that German texts (field -> mark of the two texts that were shown) mean what was written: they are binding.

    The last one of a case that was sent in makes the next frozen submission, with both texts. Raises Stale for a text
    nobody has shown, Refused after admission, PermissionDenied.
    """
    fresh = _open_case(application)
    if not policies.may_confirm_german(fresh, by):
        raise PermissionDenied("not your application")
    waiting = {version.field: version for version in unconfirmed(fresh) if version.is_current}
    if any(mark != waiting[field].mark for field, mark in seen.items() if field in waiting):
        raise Stale
    confirmed = [field for field in seen if field in waiting]
    if not confirmed:
        return fresh
    for field in confirmed:
        fresh.german[field] |= {
            "confirmed_by": getattr(by, "pk", None),
            "confirmed_at": clock.now().isoformat(timespec="seconds"),
        }
    return _frozen(_keep(fresh, confirmed, "confirm_german", by=by), by=by)


def _open_case(application: Application) -> Application:
    fresh = lock(application)
    if fresh.state not in BEFORE_ADMISSION:
        raise Refused(_("The formal check is over. The German text can no longer be changed."))
    return fresh


def _frozen(application: Application, *, by: Any) -> Application:
    """What was sent in before its German text was complete is frozen once more, with both texts."""
    if application.state == State.SUBMITTED and german_versions(application) and not unconfirmed(application):
        keep_submission(application, by=by)
    return application


def _keep(application: Application, fields: Any, kind: str, *, by: Any) -> Application:
    application.version += 1
    save_with_history(application, by=by, reason=kind)
    details = {"fields": sorted(fields), "by": str(application.confirm_by or "")}
    record(application.municipality_id, f"application.{kind}", application, by=by, details=details)
    return application
