"""Verbs of the officer's desk: advice, internal notes, asking for changes."""

from copy import copy
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from applications import documents
from applications.models import Application, Letter
from applications.operations import issue_letter, recipients
from funding import clock, outbox
from funding.gate import Refused, perform, record, save_with_history, writes
from funding.models import Municipality
from funding.policies import is_officer
from review import policies
from review.models import Advice, InternalNote


@writes
def log_advice(
    about: Application | Municipality, *, by: Any, given_on: date, kind: str, minutes: int, note: str = ""
) -> Advice:
    """Note that the officer advised, for the yearly figures: about a case, or somebody without one who asked the town.

    Raises Refused for a day to come.
    """
    application = about if isinstance(about, Application) else None
    allowed = policies.may_check(application, by) if application else is_officer(about, by)
    if not allowed:
        raise PermissionDenied("only the officer logs advice")
    if given_on > clock.today():
        raise Refused(_("Advice can be noted when it was given: this day is still to come."))
    advice = Advice(
        municipality_id=about.municipality_id,
        application=application,
        given_on=given_on,
        given_by=by,
        kind=kind,
        minutes=minutes,
        note=note,
    )
    save_with_history(advice, by=by, reason="advice")
    event = "application.advice" if application else "municipality.advice"
    record(advice.municipality_id, event, about, by=by, details={"minutes": minutes})
    return advice


@writes
def add_note(application: Application, text: str, *, by: Any) -> InternalNote:
    """Write what only staff read about a case. Raises Refused for an empty note, PermissionDenied."""
    if not policies.may_note(application, by):
        raise PermissionDenied("only staff who work on the case write notes")
    if not text.strip():
        raise Refused(_("Please write something first."))
    note = InternalNote(
        municipality_id=application.municipality_id,
        application=application,
        text=text.strip(),
        written_by=by,
        written_at=clock.now(),
    )
    save_with_history(note, by=by, reason="note")
    record(note.municipality_id, "application.note", application, by=by)
    return note


def return_for_changes(
    application: Application,
    sections: dict[str, str],
    *,
    by: Any,
    reason: str,
    answer_by: date | None = None,
    version: int | None = None,
) -> Application:
    """Ask for changes section by section (section -> reason); the sections not named stay done.

    Letter and mail say the same; the mail is a draft the officer reads and sends. Without `answer_by` the programme's
    days to answer count. Raises Refused without a section or without its reason, or for a day that is over.
    """
    if not policies.may_check(application, by):
        raise PermissionDenied("only the officer asks for changes")
    if not sections or not all(text.strip() for text in sections.values()):
        raise Refused(_("Please choose at least one section and say what should change."))
    day = answer_by or day_to_answer(application)
    if day < clock.today():
        raise Refused(_("The day to answer must not lie in the past."))
    fresh = Application.objects.select_related("organisation", "municipality").get(pk=application.pk)
    version = fresh.version if version is None else version
    letter = documents.change_request_letter(fresh, sections, reason=reason, answer_by=day, day=clock.today(), by=by)
    return _return_for_changes(fresh, letter, sections, day, by=by, reason=reason, version=version)


@writes
def _return_for_changes(
    application: Application,
    letter: tuple[str, bytes],
    sections: dict[str, str],
    answer_by: date,
    *,
    by: Any,
    reason: str,
    version: int,
) -> Application:
    details = {"reason": reason, "sections": sections, "answer_by": answer_by}
    fresh = perform(application, "return_for_changes", by=by, version=version, **details)
    title, content = letter
    facts = {"until": answer_by.isoformat()}
    issue_letter(fresh, Letter.Kind.CHANGE_REQUEST, title=title, content=content, facts=facts, by=by)
    outbox.post("return", to=recipients(fresh), about=fresh, text=lambda: documents.return_mail(fresh), draft=True)
    return fresh


def day_to_answer(application: Application) -> date:
    """The day by which a group usually has to answer in this programme."""
    return clock.today() + timedelta(days=application.programme.answer_days)


def preview_return(
    application: Application, sections: dict[str, str], *, reason: str, answer_by: date | None
) -> tuple[str, str]:
    """(subject, text) of the mail as the group would get it, in its language; nothing is kept."""
    shown = copy(application)
    shown.changes_asked, shown.officer_note, shown.answer_by = sections, reason, answer_by
    language = next((language for _mail, language in recipients(application)), application.language)
    with translation.override(language):
        return documents.return_mail(shown)
