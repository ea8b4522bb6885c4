"""Verbs that write applications: start, answer, send in, record as incomplete, consent, files, letters."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from applications import documents, policies, uploads
from applications.models import (
    Application,
    Consent,
    CostLine,
    FinancingLine,
    Letter,
    Membership,
    Organisation,
    Submission,
    Upload,
)
from applications.workflow import ENDED, State
from funding import calendar, clock, outbox
from funding.gate import Refused, carries, lock, perform, record, save_with_history, writes
from funding.models import Counter, Programme, Round, User, addresses, token
from funding.policies import is_officer, may_act_for

DECLARATIONS = ("not-begun", "true", "authorised", "other-funding", "privacy")
OPEN_STATES = (State.DRAFT, State.RETURNED, State.INCOMPLETE)
MAX_UPLOADS = 50  # per application


class CannotSubmit(Refused):
    """The application has problems; `problems` holds their codes (applications/rules.py and `missing-…`)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(_("The application cannot be sent yet. The list says what is missing."))
        self.problems = problems


@writes
def start(programme: Programme, *, by: Any, organisation: Organisation | None = None, **answers: Any) -> Application:
    """A new draft for an organisation this person may write for; without one a new, still nameless one is made.

    An officer starts a draft only for an application that came on paper (`paper=True`), for any organisation of the
    town, and does not become a member of it. Raises PermissionDenied for anybody else.
    """
    on_paper = bool(answers.get("paper")) and is_officer(programme, by)
    if organisation is None:
        organisation = _new_organisation(programme, by=by, joins=not on_paper)
    elif organisation.municipality_id != programme.municipality_id:
        raise PermissionDenied("an organisation of another town")
    elif getattr(by, "pk", None) and not on_paper and by.right_in(organisation.pk) not in ("edit", "submit"):
        raise PermissionDenied("not your organisation")
    application = Application(
        municipality_id=programme.municipality_id,
        programme=programme,
        organisation=organisation,
        created_by=by if getattr(by, "pk", None) else None,
        **answers,
    )
    application.refresh_search()
    save_with_history(application, by=by, reason="start")
    record(programme.municipality_id, "application.start", application, by=by)
    return application


def _new_organisation(programme: Programme, *, by: Any, joins: bool) -> Organisation:
    joins = joins and bool(getattr(by, "pk", None))
    organisation = Organisation(municipality_id=programme.municipality_id, email=by.email if joins else "")
    save_with_history(organisation, by=by, reason="start")
    if joins:
        Membership.objects.create(
            municipality_id=programme.municipality_id, organisation=organisation, user=by, right="submit"
        )
        by.__dict__.pop("_rights", None)  # the person's rights were loaded before this one existed
    return organisation


def may_be_written(application: Application, user: Any) -> bool:
    """The answers can be changed by this person now: a draft, or a case that was returned."""
    return application.state in OPEN_STATES and policies.may_edit(application, user)


@writes
def save_answers(
    application: Application,
    section: str,
    *,
    by: Any,
    version: int | None = None,
    answers: dict[str, Any] | None = None,
    organisation: dict[str, Any] | None = None,
    costs: list[dict[str, Any]] | None = None,
    financing: list[dict[str, Any]] | None = None,
    done: bool = True,
) -> Application:
    """Write the answers of one section. Raises Stale, PermissionDenied, or Refused when it was sent meanwhile."""
    fresh = lock(application, version=version)
    if not policies.may_edit(fresh, by):
        raise PermissionDenied("not your application")
    if not may_be_written(fresh, by):
        raise Refused(_("The application was already sent. Its answers can only be changed when it is returned."))
    for name, value in (answers or {}).items():
        setattr(fresh, name, value)
    if organisation:
        # Two drafts of one organisation: each writes only onto what the other has written.
        fresh.organisation = Organisation.objects.select_for_update().get(pk=fresh.organisation_id)
        for name, value in organisation.items():
            setattr(fresh.organisation, name, value)
        save_with_history(fresh.organisation, by=by, reason=section)
    if costs is not None:
        _replace_lines(fresh, CostLine, costs, by=by)
    if financing is not None:
        _replace_lines(fresh, FinancingLine, financing, by=by)
    sections = set(fresh.sections_done)
    fresh.sections_done = sorted(sections | {section} if done else sections - {section})
    fresh.version += 1
    fresh.refresh_search()
    save_with_history(fresh, by=by, reason=section)
    return fresh


def _replace_lines(application: Application, model: type[models.Model], rows: list[dict[str, Any]], *, by: Any) -> None:
    """Make the lines of a plan equal to `rows`, keeping a line's identity (and its history) by its place."""
    present = list(model.objects.filter(application=application).order_by("position", "pk"))  # type: ignore[attr-defined]
    for position, row in enumerate(rows, start=1):
        line = (
            present.pop(0) if present else model(municipality_id=application.municipality_id, application=application)
        )
        values = {**row, "position": position}
        if line.pk and all(getattr(line, name) == value for name, value in values.items()):
            continue
        for name, value in values.items():
            setattr(line, name, value)
        save_with_history(line, by=by, reason="plan")
    for line in present:
        line.delete()


@writes
def declare(application: Application, ticked: Iterable[str], *, by: Any) -> Application:
    """Record the declarations ticked now, each with its moment; one that was ticked before keeps its moment."""
    fresh = lock(application)
    if not may_be_written(fresh, by):
        raise Refused(_("The application was already sent."))
    now = clock.now().isoformat(timespec="seconds")
    fresh.declared = {code: fresh.declared.get(code, now) for code in DECLARATIONS if code in set(ticked)}
    save_with_history(fresh, by=by, reason="declarations")
    return fresh


@writes
def set_consents(application: Application, kinds: Iterable[str], *, by: Any) -> None:
    """Give the consents in `kinds` and revoke the others; each change is its own dated row."""
    if not policies.may_edit(application, by):
        raise PermissionDenied("not your application")
    current = {consent.kind: consent for consent in application.consents.filter(revoked_at=None)}
    for kind in set(kinds) - set(current):
        Consent.objects.create(
            municipality_id=application.municipality_id,
            application=application,
            kind=kind,
            given_by=by if getattr(by, "pk", None) else None,
            given_at=clock.now(),
        )
    for kind in set(current) - set(kinds):
        current[kind].revoked_at = clock.now()
        save_with_history(current[kind], by=by, reason="revoked")


# --- Sending in -------------------------------------------------------------------------------------------------------


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
        or application.action_field
        or not application.programme.taxonomies.get("action_fields"),
        "dates": application.start and application.end,
        "costs": application.costs.all(),
        "iban": organisation.iban,
        "account-holder": organisation.account_holder,
        "declarations": application.paper or set(DECLARATIONS) <= set(application.declared),
    }
    return [f"missing-{name}" for name, value in needed.items() if not value]


def hindrances(application: Application, on: date) -> list[str]:
    """Everything that keeps the application from being sent on a day: missing answers and problems of the plan."""
    missing = missing_answers(application)
    problems = application.problems(on)
    # An IBAN or dates that are missing are said once.
    return missing + [code for code in problems if not (code == "iban-invalid" and "missing-iban" in missing)]


def snapshot(application: Application) -> dict[str, Any]:
    """What was sent in, as plain values: answers, organisation, plan, declarations, consents."""
    skipped = {"search", "version", "updated_at", "changes_asked", "officer_note", "sections_done"}
    answers = {
        field.attname: field.value_from_object(application)
        for field in application._meta.concrete_fields
        if field.attname not in skipped
    }
    organisation = application.organisation
    about = {f.attname: f.value_from_object(organisation) for f in organisation._meta.concrete_fields}
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
                "consents": sorted(application.consents.filter(revoked_at=None).values_list("kind", flat=True)),
            },
            default=str,
        )
    )


def _keep_submission(application: Application, *, by: Any) -> Submission:
    files = application.uploads.values("name", "section", "size", "sha256")
    content = {**snapshot(application), "uploads": list(files)}
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
        raise Refused(_("No round is open now. Your draft stays as it is, and you can send it in the next round."))
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


def _gives_time(name: str) -> None:
    """Register a move that sets a new day to answer. It raises Refused for a day that is over."""

    @carries(Application, name)
    @writes
    def operation(application: Application, *, by: Any, version: int | None = None, day: date, reason: str) -> Any:
        if day < clock.today():
            raise Refused(_("The new day to answer must not lie in the past."))
        return perform(application, name, by=by, version=version, day=day, reason=reason)

    operation.__name__ = name


for _name in ("extend", "reopen"):
    _gives_time(_name)


def _received(application: Application, *, by: Any) -> Application:
    """What follows every receipt: the frozen snapshot and the mail."""
    _keep_submission(application, by=by)
    outbox.post(
        "receipt",
        to=recipients(application),
        about=application,
        text=lambda: documents.receipt_mail(application),
    )
    return application


# --- Files ------------------------------------------------------------------------------------------------------------


def may_add_upload(application: Application, user: Any) -> bool:
    """Files may still come in while somebody works on the case ("I hand this in later")."""
    return application.state not in ENDED and policies.may_edit(application, user)


def add_upload(application: Application, *, by: Any, name: str, content: bytes, section: str = "") -> Upload:
    """Store a file, written anew, under an unguessable name. Never call it inside a transaction.

    Raises UploadRefused when the content cannot be taken, Refused when the case is closed or full, PermissionDenied.
    """
    _may_take_upload(application, by)
    clean = uploads.rewrite(content)
    stored = default_storage.save(f"{clock.today():%Y/%m}/{token()}.{clean.extension}", ContentFile(clean.content))
    try:
        return _keep_upload(application, clean, by=by, name=name, stored=stored, section=section)
    except BaseException:
        default_storage.delete(stored)  # nobody would ever find it again
        raise


def _may_take_upload(application: Application, by: Any) -> None:
    if not policies.may_edit(application, by):
        raise PermissionDenied("not your application")
    if not may_add_upload(application, by):
        raise Refused(_("This case is closed. Files can no longer be added."))
    if application.uploads.count() >= MAX_UPLOADS:
        raise Refused(
            _("There are already %s files. Please remove one first, or put several into one PDF.") % MAX_UPLOADS
        )


@writes
def _keep_upload(
    application: Application, clean: uploads.CleanFile, *, by: Any, name: str, stored: str, section: str
) -> Upload:
    fresh = lock(application)
    _may_take_upload(fresh, by)
    upload = Upload(
        municipality_id=fresh.municipality_id,
        application=fresh,
        name=uploads.clean_name(name, clean.extension),
        section=section,
        media_type=clean.media_type,
        size=len(clean.content),
        sha256=hashlib.sha256(clean.content).hexdigest(),
        file=stored,
        uploaded_by=by if getattr(by, "pk", None) else None,
        uploaded_at=clock.now(),
    )
    save_with_history(upload, by=by, reason="upload")
    record(fresh.municipality_id, "upload.add", upload, by=by, details={"sha256": upload.sha256})
    return upload


@writes
def remove_upload(upload: Upload, *, by: Any) -> None:
    """Take a file back before it was sent in. Raises Refused afterwards, also in a returned case, PermissionDenied."""
    application = lock(upload.application)
    if not policies.may_edit(application, by):
        raise PermissionDenied("not your application")
    handed_in = application.submissions.filter(submitted_at__gte=upload.uploaded_at).exists()
    if handed_in or not may_be_written(application, by):
        raise Refused(_("The application was already sent. What was handed in stays with it."))
    record(application.municipality_id, "upload.remove", application, by=by, details={"sha256": upload.sha256})
    stored = str(upload.file.name)
    upload._history_user = by  # type: ignore[attr-defined]
    upload.delete()
    transaction.on_commit(lambda: default_storage.delete(stored))


# --- Letters ----------------------------------------------------------------------------------------------------------


@writes
def issue_letter(application: Application, kind: str, *, title: str, content: bytes, by: Any) -> Letter:
    """Keep a finished document as issued; it is never made again (DOMAIN section 7).

    Download only with the applicant's consent (§ 41 (2a) VwVfG), else post; its ten days run from the mail that says
    so (`provided_on`), which the officer sends. Raises Refused while the town lacks what
    a letter must say.
    """
    if missing := application.municipality.missing_for_letters:
        names = ", ".join(str(name) for name in missing)
        raise Refused(_("No letter can be issued yet. Please enter first: %s") % names)
    consent = application.consents.filter(kind=Consent.Kind.ELECTRONIC, revoked_at=None).exists()
    letter = Letter(
        municipality_id=application.municipality_id,
        application=application,
        kind=kind,
        title=title,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        issued_at=clock.now(),
        issued_by=by if getattr(by, "pk", None) else None,
        delivery=Letter.Delivery.DOWNLOAD if consent else Letter.Delivery.POST,
    )
    save_with_history(letter, by=by, reason=kind)
    record(letter.municipality_id, "letter.issue", letter, by=by, details={"kind": kind, "sha256": letter.sha256})
    return letter


def _lock_letter(letter: Letter) -> Letter:
    return Letter.objects.select_for_update(of=("self",)).select_related("application__municipality").get(pk=letter.pk)


def _notify(letter: Letter, day: date, *, by: Any, how: str) -> None:
    letter.notified_on = day
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
    fresh.delivery, fresh.posted_on = Letter.Delivery.POST, day
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
    if not timezone.localdate(fresh.issued_at) <= day <= clock.today():
        raise Refused(_("The day must lie between the day of the letter and today."))
    return fresh
