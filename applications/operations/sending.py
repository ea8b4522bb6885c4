"""Sending in: what is missing, the frozen snapshot, receipt, more time."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from applications import documents, policies
from applications.confirmations import declarations_of
from applications.models import (
    Application,
    Submission,
)
from applications.operations.answers import OPEN_STATES
from applications.operations.drafts import declare, set_consents
from applications.workflow import State
from funding import clock, outbox
from funding.gate import Refused, carries, lock, perform, save_with_history, writes
from funding.models import Counter, Round, User, addresses


class CannotSubmit(Refused):
    """The application has problems; `problems` holds their codes (applications/rules.py and `missing-…`)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(_("The application cannot be sent yet. The list says what is missing."))
        self.problems = problems


def missing_answers(application: Application) -> list[str]:
    """Codes of what a person must still answer before the form can be sent (`missing-<field>`)."""
    organisation = application.organisation
    needed: dict[str, Any] = {
        "name": organisation.name,
        "legal-form": organisation.legal_form,
        "address": organisation.street and organisation.postal_code and organisation.city,
        "representatives": organisation.representatives,
        "title": application.title,
        # What a paper application does not tell is an open point of the formal check.
        "summary": application.paper or application.summary,
        "action-field": application.paper
        or application.is_short
        or application.action_field
        or not application.programme.taxonomies.get("action_fields"),
        "dates": application.start and application.end,
        "costs": application.costs.all(),
        "iban": organisation.iban,
        "account-holder": organisation.account_holder,
        "attachments": application.paper or all(wanted.is_answered for wanted in application.attachments),
        "declarations": application.paper or set(declarations_of(organisation)) <= set(application.declared),
    }
    return [f"missing-{name}" for name, value in needed.items() if not value]


def hindrances(application: Application, on: date) -> list[str]:
    """Everything that keeps the application from being sent on a day: missing answers and problems of the plan."""
    missing = missing_answers(application)
    problems = application.problems(on)
    unclear = [f"unclear-{slug}" for slug in application.unclear]
    # An IBAN or dates that are missing are said once.
    return unclear + missing + [code for code in problems if not (code == "iban-invalid" and "missing-iban" in missing)]


def snapshot(application: Application) -> dict[str, Any]:
    """What was sent in, as plain values: answers, organisation, plan, declarations, consents."""
    skipped = {
        "search",
        "version",
        "updated_at",
        "returned_on",
        "time_wanted_until",
        "time_wanted_reason",
        "changes_asked",
        "officer_note",
        "sections",
        "shared_at",
        "confirm_by",
        "early_start_from",
        "early_start_note",
    }
    answers = {
        field.attname: field.value_from_object(application)
        for field in application._meta.concrete_fields
        if field.attname not in skipped
    }
    organisation = application.organisation
    about = {
        f.attname: f.value_from_object(organisation)
        for f in organisation._meta.concrete_fields
        if f.attname != "sections"
    }
    return json.loads(
        json.dumps(
            {
                "application": answers,
                "organisation": about,
                "costs": [
                    {
                        "category": line.category.slug,
                        "category_name": line.category.name,
                        "share": str(line.category.eligible_share),
                        "what": line.what,
                        "quantity": str(line.quantity),
                        "unit_price_cents": line.unit_price_cents,
                        "deductible_cents": line.deductible_cents,
                        "amount_cents": line.amount_cents,
                        "in_kind": line.in_kind,
                    }
                    for line in application.costs.all()
                ],
                "financing": [
                    {
                        "kind": line.kind,
                        "what": line.what,
                        "status": line.status,
                        "amount_cents": line.amount_cents,
                    }
                    for line in application.financing.all()
                ],
                "consents": dict(application.consents.filter(revoked_at=None).values_list("kind", "version")),
            },
            default=str,
        )
    )


@writes
def keep_submission(application: Application, *, by: Any) -> Submission:
    """Freeze what is sent in now as the next submission of the case."""
    files = application.uploads.values("name", "section", "size", "sha256")
    later = [wanted.name for wanted in application.attachments if wanted.later and not wanted.files]
    content = {**snapshot(application), "uploads": list(files), "later": later}
    if application.assisted == Application.Assisted.CONFIRMED:
        content["confirmed"] = application.assistances.get().as_confirmed
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Submission.objects.create(
        municipality_id=application.municipality_id,
        application=application,
        number=application.submissions.count() + 1,
        submitted_at=clock.now(),
        submitted_by=by if getattr(by, "pk", None) else None,
        snapshot=content,
        sha256=digest,
    )


def _file_number(application: Application, day: date) -> str:
    return f"FT-{day.year}-{Counter.draw(application.municipality_id, 'application', day.year):04d}"


def closed_round(application: Application, day: date) -> str:
    """Why a draft cannot be sent on this day and from when it can; "" while a round is open."""
    rounds = application.programme.rounds
    if application.paper or application.state != State.DRAFT or rounds.open_on(day).exists():
        return ""
    following = rounds.opening_after(day).first()
    if following is None:
        return str(_("No round is open now. Your draft stays as it is, and you can send it in the next round."))
    day = following.opens_on
    return _("No round is open now. Your draft stays as it is, and you can send it from %s on.") % date_format(day)


def _open_round(application: Application, day: date) -> Round | None:
    return application.programme.rounds.open_on(day).first()


def recipients(application: Application) -> list[tuple[str, str]]:
    """Whom a mail about this case goes to: people who may act for the organisation, else its own address."""
    people = User.objects.filter(
        memberships__organisation=application.organisation_id, memberships__right="submit", is_active=True
    )
    own = application.organisation.email
    return addresses(people) or ([(own, application.language)] if own else [])


@carries(Application, "submit")
@writes
def submit(
    application: Application, *, by: Any, version: int | None = None, received_on: date | None = None
) -> Application:
    """Send a draft in: file number, frozen snapshot, receipt by mail.

    `received_on` is the day a paper application came in; an application through the web needs an open round.
    Raises CannotSubmit with the codes of everything that is missing or wrong, Refused when no round is open.
    """
    fresh = lock(application, version=version)
    fresh.received_on = day = received_on or fresh.received_on or clock.today()
    round_ = _open_round(fresh, day)
    if round_ is None and not fresh.paper:
        raise Refused(closed_round(fresh, day))
    if codes := hindrances(fresh, day):
        raise CannotSubmit(codes)
    if fresh.state == State.DRAFT and fresh.start:
        fresh.round, fresh.year = round_, fresh.start.year
        save_with_history(fresh, by=by, reason="submit")
    promised = (round_.answer_by if round_ else None) or day + timedelta(weeks=fresh.programme.decision_weeks)
    number = _file_number(fresh, day)
    fresh = perform(fresh, "submit", by=by, on=day, file_number=number, answer_by=promised)
    return _received(fresh, by=by)


@carries(Application, "resubmit")
@writes
def resubmit(application: Application, *, by: Any, version: int | None = None) -> Application:
    """Send a returned case in again; the first day of receipt stays. Raises CannotSubmit."""
    fresh = lock(application, version=version)
    if codes := hindrances(fresh, fresh.received_on or clock.today()):
        raise CannotSubmit(codes)
    if fresh.start:
        fresh.year = fresh.start.year
    # What came in incomplete is promised an answer from the day on which it is complete.
    fresh.promised_on = fresh.promised_on or clock.today() + timedelta(weeks=fresh.programme.decision_weeks)
    save_with_history(fresh, by=by, reason="resubmit")
    return _received(perform(fresh, "resubmit", by=by), by=by)


@writes
def send_in(
    application: Application,
    *,
    by: Any,
    version: int | None = None,
    declared: Iterable[str],
    consents: Iterable[str],
    received_on: date | None = None,
) -> Application:
    """The one act behind "check and send": declarations, consents, and the first or the next submission.

    All or nothing. Raises TransitionNotAllowed when it was sent already, so that two tabs make one submission; Stale,
    CannotSubmit and Refused like `submit`.
    """
    fresh = lock(application)
    if fresh.state not in OPEN_STATES:
        raise TransitionNotAllowed(f"send: not from {fresh.state}")
    fresh = lock(application, version=version)
    if not policies.may_submit(fresh, by):
        raise PermissionDenied("may not send this application")
    if not fresh.paper:
        declare(fresh, declared, by=by)
    set_consents(fresh, consents, by=by)
    if fresh.state == State.DRAFT:
        return submit(fresh, by=by, received_on=received_on)
    return resubmit(fresh, by=by)


@carries(Application, "receive_incomplete")
@writes
def receive_incomplete(
    application: Application, *, by: Any, version: int | None = None, reason: str, received_on: date | None = None
) -> Application:
    """Record a paper application as received though something is missing (§ 24 (3) VwVfG NRW).

    Its day is `received_on`, else the one that was entered with it, else today.
    """
    fresh = lock(application, version=version)
    day = received_on or fresh.received_on or clock.today()
    if fresh.start:
        fresh.year = fresh.start.year
        save_with_history(fresh, by=by, reason="receive_incomplete")
    fresh = perform(
        fresh,
        "receive_incomplete",
        by=by,
        on=day,
        file_number=_file_number(fresh, day),
        reason=reason,
        answer_by=clock.today() + timedelta(days=fresh.programme.answer_days),
    )
    return _received(fresh, by=by)


def needs_a_day_to_come(day: date) -> None:
    """Raises Refused for a day to answer that is over."""
    if day < clock.today():
        raise Refused(_("The new day to answer must not lie in the past."))


@carries(Application, "ask_for_time")
@writes
def ask_for_time(
    application: Application, *, by: Any, version: int | None = None, day: date, reason: str
) -> Application:
    """The applicant asks for a later day to answer. Raises Refused for a day that does not come after the present."""
    needs_a_day_to_come(day)
    if application.answer_by and day <= application.answer_by:
        raise Refused(_("You have time until then anyway. Please choose a later day."))
    return perform(application, "ask_for_time", by=by, version=version, day=day, reason=reason)


@carries(Application, "reopen")
@writes
def reopen(application: Application, *, by: Any, version: int | None = None, day: date, reason: str) -> Application:
    """Take up a case that was closed for want of an answer. Raises Refused for a day that is over."""
    needs_a_day_to_come(day)
    return tell_time(perform(application, "reopen", by=by, version=version, day=day, reason=reason), reason)


@carries(Application, "refuse_time")
@writes
def refuse_time(application: Application, *, by: Any, version: int | None = None, reason: str) -> Application:
    """The day to answer stays as it is; the group gets a mail with the reason."""
    return tell_time(perform(application, "refuse_time", by=by, version=version, reason=reason), reason)


def tell_time(application: Application, reason: str) -> Application:
    """By when to answer now, as a draft the officer reads first: it is the answer to a request."""
    outbox.post(
        "time",
        to=recipients(application),
        about=application,
        text=lambda: documents.time_mail(application, reason),
        draft=True,
    )
    return application


def _received(application: Application, *, by: Any) -> Application:
    """What follows every receipt: the frozen snapshot and the mail."""
    keep_submission(application, by=by)
    outbox.post(
        "receipt",
        to=recipients(application),
        about=application,
        text=lambda: documents.receipt_mail(application),
    )
    return application
