"""Letters that decide nothing: more time to answer, hearings and their answers, corrections.

Each is made before its transaction (no PDF under a lock); the version makes sure that it tells what then holds.
"""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import documents, policies
from applications.models import Application, Hearing, Letter
from applications.operations.letters import issue_letter
from applications.operations.sending import needs_a_day_to_come, recipients, tell_time
from funding import clock, outbox
from funding.gate import Machine, Refused, carries, perform, record, save_with_history, writes
from funding.models import addresses

# Two weeks and the days of the post: enough to read, to ask somebody and to write (§ 28 VwVfG names no time).
HEARING_DAYS = 14

Finished = tuple[str, bytes]
"""A finished letter: title and PDF."""


def _with_case(application: Application) -> Application:
    return Application.objects.select_related("organisation", "municipality", "assigned_to").get(pk=application.pk)


# --- More time --------------------------------------------------------------------------------------------------------


@carries(Application, "extend")
def extend(application: Application, *, by: Any, version: int | None = None, day: date, reason: str) -> Application:
    """Give more time to answer, by letter and mail. Raises Refused for a day that is over."""
    needs_a_day_to_come(day)
    if not policies.may_check(application, by):
        raise PermissionDenied("only the officer gives more time")
    fresh = _with_case(application)
    version = fresh.version if version is None else version
    letter = documents.extension_letter(
        fresh, until=day, before=fresh.answer_by, reason=reason, day=clock.today(), by=by
    )
    return _extend(fresh, letter, by=by, version=version, day=day, reason=reason)


@writes
def _extend(
    application: Application, letter: Finished, *, by: Any, version: int, day: date, reason: str
) -> Application:
    fresh = perform(application, "extend", by=by, version=version, day=day, reason=reason)
    issue_extension(fresh, letter, until=day, about="answer", by=by)
    return tell_time(fresh, reason)


@writes
def issue_extension(application: Application, letter: Finished, *, until: date, about: str, by: Any) -> Letter:
    """Keep the letter of more time, for an "answer" or a "proof"."""
    title, content = letter
    facts = {"about": about, "until": until.isoformat()}
    return issue_letter(application, Letter.Kind.EXTENSION, title=title, content=content, facts=facts, by=by)


# --- Hearings ---------------------------------------------------------------------------------------------------------


def needs_time_for_a_hearing(day: date) -> None:
    """Raises Refused for a day that comes too early to answer."""
    earliest = clock.today() + timedelta(days=HEARING_DAYS)
    if day < earliest:
        raise Refused(_("Please leave at least %s days to answer: the letter has to arrive first.") % HEARING_DAYS)


@writes
def open_hearing(
    application: Application, about: str, letter: Finished, *, grounds: str, answer_by: date, by: Any
) -> Hearing:
    """Keep a hearing with its letter, and draft the mail that tells of it; the caller has asked whether it may be."""
    title, content = letter
    issued = issue_letter(
        application,
        Letter.Kind.HEARING,
        title=title,
        content=content,
        facts={"about": about, "until": answer_by.isoformat()},
        by=by,
    )
    hearing = Hearing(
        municipality_id=application.municipality_id,
        application=application,
        about=about,
        grounds=grounds,
        answer_by=answer_by,
        letter=issued,
        opened_by=by if getattr(by, "pk", None) else None,
    )
    save_with_history(hearing, by=by, reason="open")
    record(application.municipality_id, "hearing.open", application, by=by, details={"about": about})
    outbox.post(
        "hearing",
        to=recipients(application),
        about=issued,
        text=lambda: documents.hearing_mail(hearing),
        draft=True,
    )
    return hearing


@writes
def keep_answer(case: Machine, *, by: Any, answer: str) -> Hearing:
    """Write down what was said in the hearing that is open (of an application or a grant); who opened it is told."""
    hearing = case.open_hearing  # type: ignore[attr-defined]
    hearing.answer, hearing.answered_at = answer, clock.now()
    hearing.answered_by = by if getattr(by, "pk", None) else None
    save_with_history(hearing, by=by, reason="answer")
    record(hearing.municipality_id, "hearing.answer", hearing.application, by=by)
    if hearing.opened_by is not None:
        outbox.post(
            "hearing-answer",
            to=addresses([hearing.opened_by]),
            about=hearing.application,
            text=lambda: documents.hearing_answer_mail(hearing),
        )
    return hearing


@carries(Application, "hear")
def hear(application: Application, *, by: Any, version: int | None = None, day: date, reason: str) -> Application:
    """Ask the group what it says before its application is refused. Raises Refused for a day that comes too early."""
    needs_time_for_a_hearing(day)
    fresh = _with_case(application)
    version = fresh.version if version is None else version
    letter = documents.hearing_letter(
        fresh, Hearing.About.REFUSAL, grounds=reason, answer_by=day, day=clock.today(), by=by
    )
    return _hear(fresh, letter, by=by, version=version, day=day, reason=reason)


@writes
def _hear(application: Application, letter: Finished, *, by: Any, version: int, day: date, reason: str) -> Application:
    fresh = perform(application, "hear", by=by, version=version, day=day, reason=reason)
    open_hearing(fresh, Hearing.About.REFUSAL, letter, grounds=reason, answer_by=day, by=by)
    return fresh


@carries(Application, "answer_hearing")
@writes
def answer_hearing(application: Application, *, by: Any, version: int | None = None, statement: str) -> Application:
    """The group says what it thinks, or the officer notes what came on paper."""
    fresh = perform(application, "answer_hearing", by=by, version=version, statement=statement)
    keep_answer(fresh, by=by, answer=statement)
    return fresh


# --- Corrections ------------------------------------------------------------------------------------------------------


def correct_letter(letter: Letter, text: str, *, by: Any) -> Letter:
    """Correct an issued letter by a new one; the old one stays as it is.

    Raises PermissionDenied, or Refused without words.
    """
    if not policies.may_correct(letter, by):
        raise PermissionDenied("letters that decide are corrected by the decider, others by the officer")
    if not text.strip():
        raise Refused(_("Please say what was wrong and what is right."))
    fresh = Letter.objects.select_related("application__organisation", "application__municipality").get(pk=letter.pk)
    finished = documents.correction_letter(fresh, text, day=clock.today(), by=by)
    return _correct(fresh, finished, by=by)


@writes
def _correct(letter: Letter, finished: Finished, *, by: Any) -> Letter:
    title, content = finished
    new = issue_letter(
        letter.application,
        Letter.Kind.CORRECTION,
        title=title,
        content=content,
        facts={"letter": letter.title, "issued": timezone.localdate(letter.issued_at, clock.BERLIN).isoformat()},
        corrects=letter,
        by=by,
    )
    outbox.post(
        "correction",
        to=recipients(letter.application),
        about=new,
        text=lambda: documents.correction_mail(new),
        draft=True,
    )
    return new
