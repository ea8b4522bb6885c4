"""The counter: an officer writes for somebody who sits there, reads it back, and that person confirms."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from applications import documents, policies
from applications.models import Application, Assistance, Membership, Organisation, Upload
from applications.operations.answers import OPEN_STATES
from applications.operations.drafts import declare, set_consents, start
from applications.operations.files import add_upload
from applications.operations.members import send_invitation
from applications.operations.sending import resubmit, snapshot, submit
from applications.workflow import State
from funding import clock, outbox
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import Message, Programme, User
from funding.policies import is_officer

CODE_MINUTES, CODE_TRIES, CODES = 15, 5, 5


@writes
def assist(
    programme: Programme,
    *,
    by: Any,
    organisation: Organisation | None = None,
    email: str = "",
    language: str = "de",
) -> Application:
    """Begin a draft at the counter, for a new or a known organisation, with the applicant's mail address or none.

    The address of a new group also gets an invitation, with which it can go on alone. Raises PermissionDenied for
    anybody but an officer; Refused for a group of one's own (§ 20 VwVfG), and for an address nobody of a known group
    has told us.
    """
    if not is_officer(programme, by):
        raise PermissionDenied("only the officer helps at the counter")
    email = email.strip().casefold()
    if organisation is not None and by.right_in(organisation.pk):
        raise Refused(_("You belong to this group yourself. Please ask a colleague to help them."))
    if organisation is not None and email and email not in _addresses_of(organisation):
        raise Refused(_("We do not know this address for this group. Please leave it out; they can sign instead."))
    application = start(programme, by=by, organisation=organisation, assisted=Application.Assisted.OPEN)
    if organisation is None and email:
        group = application.organisation
        group.email = email
        save_with_history(group, by=by, reason="counter")
        send_invitation(group, email=email, right=Membership.Right.SUBMIT, language=language, by=by)
    assistance = Assistance(
        municipality_id=programme.municipality_id,
        application=application,
        officer=by,
        email=email,
        begun_at=clock.now(),
    )
    save_with_history(assistance, by=by, reason="counter")
    record(programme.municipality_id, "application.assist", application, by=by)
    return application


def _addresses_of(organisation: Organisation) -> set[str]:
    people = User.objects.filter(memberships__organisation=organisation, memberships__right="submit", is_active=True)
    return {organisation.email.casefold(), *people.values_list("email", flat=True)} - {""}


@writes
def assist_again(application: Application, *, by: Any) -> Application:
    """Take a case that came back up again at the counter. Raises Refused when there is nothing to change."""
    fresh = lock(application)
    if not policies.may_help(fresh, by):
        raise PermissionDenied("only an officer who does not belong to the group")
    if fresh.assisted != Application.Assisted.SENT or fresh.state not in OPEN_STATES:
        raise Refused(_("There is nothing to change in this application now."))
    fresh.assisted = Application.Assisted.OPEN
    save_with_history(fresh, by=by, reason="counter")
    assistance = fresh.assistances.get()
    assistance.officer, assistance.codes_sent, assistance.code_hash = by, 0, ""
    assistance.confirmed, assistance.confirmed_at = "", None
    save_with_history(assistance, by=by, reason="counter")
    record(fresh.municipality_id, "application.assist", fresh, by=by)
    return fresh


# --- Reading back -----------------------------------------------------------------------------------------------------


def mark_of(application: Application) -> str:
    """The fingerprint of the answers as they were read back: it changes with each of them."""
    content = snapshot(application)
    answers = {name: value for name, value in content["application"].items() if name not in ("declared", "assisted")}
    read = {**content, "application": answers, "consents": []}
    return hashlib.sha256(json.dumps(read, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def send_confirmation_code(application: Application, *, by: Any, language: str = "de") -> str:
    """Mail a code of six digits for the answers as they stand; gives the address.

    It is good for a quarter of an hour and five tries; only its keyed hash is kept. Raises Refused without an address,
    after five codes, and when the mail cannot leave.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    assistance = _keep_code(application, code, by=by)
    with translation.override(language):
        subject, body = documents.confirmation_code_mail(assistance.application, code, CODE_MINUTES)
    if settings.DEMO and assistance.application.municipality.demo:
        _keep_for_demo(assistance, subject, body)
    try:
        send_mail(subject, body, None, [assistance.email])
    except OSError as error:
        raise Refused(_("The mail could not be sent. Please try again in a few minutes.")) from error
    return assistance.email


@writes
def _keep_code(application: Application, code: str, *, by: Any) -> Assistance:
    assistance = _at_counter(application, by=by)
    if not assistance.email:
        raise Refused(_("We have no mail address to send a code to. The applicant can sign the printed page instead."))
    if assistance.codes_sent >= CODES:
        raise Refused(_("Five codes were sent. The applicant can sign the printed page instead."))
    assistance.code_hash, assistance.code_mark = _hashed(assistance, code), mark_of(assistance.application)
    assistance.code_sent_at, assistance.code_tries = clock.now(), 0
    assistance.codes_sent += 1
    save_with_history(assistance, by=by, reason="code")
    return assistance


def _hashed(assistance: Assistance, code: str) -> str:
    return salted_hmac("counter", f"{assistance.pk}:{code}", algorithm="sha256").hexdigest()


def _at_counter(application: Application, *, by: Any) -> Assistance:
    fresh = lock(application)
    if not policies.is_at_counter(fresh, by):
        raise PermissionDenied("not at the counter")
    if fresh.state not in OPEN_STATES:
        raise TransitionNotAllowed(f"confirm: not from {fresh.state}")
    assistance = Assistance.objects.select_for_update(of=("self",)).get(application=fresh)
    assistance.application = fresh
    return assistance


@writes
def _keep_for_demo(assistance: Assistance, subject: str, body: str) -> None:
    Message.objects.create(
        municipality_id=assistance.municipality_id,
        kind=outbox.KEY_KIND,
        recipient=assistance.email,
        subject=subject,
        body=body,
        state=Message.State.SENT,
        written_at=clock.now(),
        sent_at=clock.now(),
    )


# --- Confirming -------------------------------------------------------------------------------------------------------


def confirm_by_code(
    application: Application, code: str, *, by: Any, declared: Iterable[str], consents: Iterable[str]
) -> Application:
    """Send what the applicant confirmed with their code. Raises Refused for a wrong, old or used one; each counts."""
    if sentence := _try_code(application, code, by=by):
        raise Refused(sentence)
    return _confirm(application, Assistance.How.CODE, by=by, declared=declared, consents=consents)


@writes
def _try_code(application: Application, code: str, *, by: Any) -> Any:
    """Count a try; why the code is no good, or nothing."""
    assistance = _at_counter(application, by=by)
    if not assistance.code_hash or assistance.code_sent_at is None:
        return _("There is no code that could be right. Please send a new one.")
    if clock.now() - assistance.code_sent_at > timedelta(minutes=CODE_MINUTES):
        return _("This code is older than a quarter of an hour. Please send a new one.")
    if assistance.code_tries >= CODE_TRIES:
        return _("That was wrong five times. Please send a new code.")
    if assistance.code_mark != mark_of(assistance.application):
        return _("The answers have changed since the code was sent. Please read them back again and send a new one.")
    assistance.code_tries += 1
    save_with_history(assistance, by=by, reason="code tried")
    if not constant_time_compare(_hashed(assistance, code.strip()), assistance.code_hash):
        return _("This code is not right. Please compare it with the mail.")
    return ""


def confirm_by_signature(
    application: Application,
    *,
    by: Any,
    name: str,
    content: bytes,
    declared: Iterable[str],
    consents: Iterable[str],
) -> Application:
    """Send what the applicant signed on paper; the picture of the signed page becomes a file of the case.

    Raises UploadRefused when the file cannot be taken; the file stays when something is still missing.
    """
    signed = add_upload(application, by=by, name=name, content=content)
    how = Assistance.How.SIGNATURE
    return _confirm(application, how, by=by, declared=declared, consents=consents, signed=signed)


@writes
def _confirm(
    application: Application,
    how: str,
    *,
    by: Any,
    declared: Iterable[str],
    consents: Iterable[str],
    signed: Upload | None = None,
) -> Application:
    assistance = _at_counter(application, by=by)
    fresh = assistance.application
    declare(fresh, declared, by=by)
    set_consents(fresh, consents, by=by, at_counter=True)
    fresh = lock(fresh)
    fresh.assisted = Application.Assisted.CONFIRMED
    save_with_history(fresh, by=by, reason=f"confirmed by {how}")
    assistance.confirmed, assistance.confirmed_at, assistance.signed = how, clock.now(), signed
    assistance.code_hash = ""
    save_with_history(assistance, by=by, reason=f"confirmed by {how}")
    record(fresh.municipality_id, "application.confirm", fresh, by=by, details={"how": str(how)})
    sent = submit(fresh, by=by) if fresh.state == State.DRAFT else resubmit(fresh, by=by)
    sent.assisted = Application.Assisted.SENT
    save_with_history(sent, by=by, reason="sent")
    return sent
