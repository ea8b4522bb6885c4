"""Acts on a grant that its recipient gets by letter: more time, a hearing, its revocation.

Each letter is made before the transaction (no PDF under a lock); the version makes sure that it tells what then holds.
"""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import documents as notices
from applications.models import Hearing, Letter
from applications.operations import (
    issue_extension,
    issue_letter,
    keep_answer,
    needs_time_for_a_hearing,
    open_hearing,
    recipients,
)
from budgets import documents, policies
from budgets.models import Grant
from budgets.operations.pot import release_all_but
from budgets.workflow import GrantState, was_heard
from funding import clock, outbox
from funding.gate import Refused, carries, perform, writes

Finished = tuple[str, bytes]
"""A finished letter: title and PDF."""


def _with_case(grant: Grant) -> Grant:
    return Grant.objects.with_case().select_related("application__organisation").get(pk=grant.pk)


def _awarded_on(grant: Grant) -> date:
    return timezone.localdate(grant.letter.issued_at, clock.BERLIN)


# --- More time for the usage proof ------------------------------------------------------------------------------------


@carries(Grant, "extend")
def extend(grant: Grant, *, by: Any, version: int | None = None, day: date, reason: str) -> Grant:
    """Give more time for the usage proof, even after it has run out. Raises Refused for a day that gives none."""
    fresh = _with_case(grant)
    if not policies.may_record_remedy(fresh, by):
        raise PermissionDenied("only the officer gives more time")
    if day <= max(fresh.proof_due_on, clock.today()):
        raise Refused(_("The new day must lie in the future and after the present one."))
    letter = notices.extension_letter(
        fresh.application,
        until=day,
        before=fresh.proof_due_on,
        reason=reason,
        awarded_on=_awarded_on(fresh),
        day=clock.today(),
        by=by,
    )
    return _extend(fresh, letter, by=by, version=fresh.version if version is None else version, day=day, reason=reason)


@writes
def _extend(grant: Grant, letter: Finished, *, by: Any, version: int, day: date, reason: str) -> Grant:
    fresh = perform(grant, "extend", by=by, version=version, day=day, reason=reason)
    issued = issue_extension(fresh.application, letter, until=day, about="proof", by=by)
    outbox.post(
        "extension",
        to=recipients(fresh.application),
        about=issued,
        text=lambda: documents.extension_mail(fresh),
        draft=True,
    )
    return fresh


# --- Hearings ---------------------------------------------------------------------------------------------------------


@carries(Grant, "hear")
def hear(grant: Grant, *, by: Any, version: int | None = None, day: date, reason: str) -> Grant:
    """Ask the recipient before a revocation; after a settlement before money is claimed back.

    Raises Refused for a day that comes too early.
    """
    needs_time_for_a_hearing(day)
    fresh = _with_case(grant)
    about = Hearing.About.REPAYMENT if fresh.state == GrantState.SETTLED else Hearing.About.REVOCATION
    letter = notices.hearing_letter(
        fresh.application,
        about,
        grounds=reason,
        answer_by=day,
        awarded_on=_awarded_on(fresh),
        cents=fresh.claim_cents,
        day=clock.today(),
        by=by,
    )
    version = fresh.version if version is None else version
    return _hear(fresh, about, letter, by=by, version=version, day=day, reason=reason)


@writes
def _hear(grant: Grant, about: str, letter: Finished, *, by: Any, version: int, day: date, reason: str) -> Grant:
    fresh = perform(grant, "hear", by=by, version=version, day=day, reason=reason)
    open_hearing(fresh.application, about, letter, grounds=reason, answer_by=day, by=by)
    return fresh


@carries(Grant, "answer_hearing")
@writes
def answer_hearing(grant: Grant, *, by: Any, version: int | None = None, statement: str) -> Grant:
    """The recipient says what they think, or the officer notes what came on paper."""
    fresh = perform(grant, "answer_hearing", by=by, version=version, statement=statement)
    keep_answer(fresh, by=by, answer=statement)
    return fresh


# --- Revocation -------------------------------------------------------------------------------------------------------


@carries(Grant, "revoke")
def revoke(grant: Grant, *, by: Any, version: int | None = None, reason: str) -> Grant:
    """Take an award back by letter (§ 49 VwVfG), after the hearing; what was not paid goes back to the year.

    With money to pay back the letter goes by post: § 49a (1) VwVfG asks for writing. Raises Refused without a
    hearing that is over, with a payment on its way, or for a letter that lacks a part.
    """
    fresh = _with_case(grant)
    if not policies.may_rule(fresh, by):
        raise PermissionDenied("only the decider revokes")
    hearing = fresh.last_hearing(Hearing.About.REVOCATION)
    if hearing is None or not was_heard(fresh):
        raise Refused(was_heard.message)  # type: ignore[attr-defined]
    owed = fresh.paid_cents - fresh.repaid_cents
    letter = documents.revocation_letter(fresh, hearing, reason=reason, day=clock.today(), by=by)
    return _revoke(fresh, letter, owed, by=by, version=fresh.version if version is None else version, reason=reason)


@writes
def _revoke(grant: Grant, letter: Finished, owed: int, *, by: Any, version: int, reason: str) -> Grant:
    fresh = perform(grant, "revoke", by=by, version=version, reason=reason)
    if fresh.paid_cents - fresh.repaid_cents != owed:
        raise Refused(_("Money was booked in the meantime. Please look at it again before you go on."))
    title, content = letter
    issued = issue_letter(
        fresh.application,
        Letter.Kind.REVOCATION,
        title=title,
        content=content,
        facts={"cents": fresh.amount_cents, "repay_cents": owed},
        in_writing=owed > 0,
        by=by,
    )
    release_all_but(fresh, 0, by=by, ground=reason)
    outbox.post(
        "revocation",
        to=recipients(fresh.application),
        about=issued,
        text=lambda: documents.revocation_mail(fresh, issued),
        draft=True,
    )
    return fresh
