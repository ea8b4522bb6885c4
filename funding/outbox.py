"""The outbox: every mail is a row written with the act that causes it and sent after the commit.

Receipts and reminders go at once; what tells an outcome is a draft that an officer reads and sends. A worker hands a
mail over at most once by itself: it takes the row, and only then speaks to the mail server. Where it cannot know how
that ended, the mail is "perhaps sent" and a person decides (docs/decisions.md).
"""

import smtplib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import timedelta
from email.errors import MessageError
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import models, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from funding import clock, jobs
from funding.gate import Refused, writes
from funding.models import Message

State = Message.State

TRIES = 6  # one every ten minutes, so a mail server may be away for an hour before staff have to look
EDITABLE = (State.DRAFT, State.FAILED)
SENDABLE = (*EDITABLE, State.UNSURE)
KEY_KIND = "sign-in"  # mails of this kind carry a code: only the demo keeps them, and no outbox shows them

_pretended: ContextVar[bool] = ContextVar("pretended", default=False)


@contextmanager
def pretended() -> Iterator[None]:
    """Mails written inside count as sent, and none goes out: the past of the demo is invented."""
    token = _pretended.set(True)
    try:
        yield
    finally:
        _pretended.reset(token)


def link_to(name: str, *args: Any) -> str:
    """The whole address of a page, for a mail."""
    return settings.SITE_URL + reverse(name, args=args)


# --- What happens to a mail -------------------------------------------------------------------------------------------


def post(
    kind: str,
    *,
    to: list[tuple[str, str]],
    about: models.Model,
    text: Callable[[], tuple[str, str]],
    draft: bool = False,
) -> list[Message]:
    """Write one mail per (address, language), in that language; inside `@writes`.

    `text` gives subject and body in the language that is active when it is called. Queued mails are sent after the
    commit, drafts wait for an officer.
    """
    messages = []
    for address, language in to:
        with translation.override(language):
            subject, body = text()
        message = Message(
            municipality_id=about.municipality_id,  # type: ignore[attr-defined]
            kind=kind,
            recipient=address,
            language=language,
            subject=" ".join(subject.split()),  # a line break would be a header of its own
            body=body,
            state=State.DRAFT,
            about=about._meta.label_lower,
            about_id=about.pk,
            written_at=clock.now(),
        )
        messages.append(message)
        if draft:
            message.save()
        else:
            _queue(message)
    return messages


@writes
def send(
    message: Message, *, by: Any, subject: str | None = None, body: str | None = None, read: str | None = None
) -> Message:
    """Send a mail that waits for a person, as it stands or as it was edited; a failed or doubtful one once more.

    Raises Refused when it is on its way, was sent or discarded before, or no longer says what was `read` (the
    fingerprint of a mail that somebody has seen).
    """
    fresh = _waiting(message, SENDABLE)
    if read not in (None, fresh.fingerprint):
        raise Refused(_("Somebody else changed this mail in the meantime. Please read it again."))
    fresh.subject, fresh.body = subject or fresh.subject, body or fresh.body
    _queue(fresh)
    return fresh


@writes
def edit(message: Message, *, by: Any, subject: str, body: str) -> Message:
    """Change a mail that has not gone, and leave it waiting. Raises Refused when it has."""
    fresh = _waiting(message, EDITABLE)
    fresh.subject, fresh.body = subject, body
    fresh.save()
    return fresh


@writes
def discard(message: Message, *, by: Any) -> Message:
    """Put a draft away for good; it stays readable. Raises Refused when it has gone."""
    fresh = _waiting(message, EDITABLE)
    fresh.state = State.DISCARDED
    fresh.save()
    return fresh


@writes
def confirm(message: Message, *, by: Any) -> Message:
    """Somebody found out that a mail which perhaps went did arrive. Raises Refused for every other mail."""
    fresh = _waiting(message, (State.UNSURE,))
    fresh.state, fresh.sent_at, fresh.error = State.SENT, fresh.taken_at, ""
    fresh.save()
    return fresh


def _waiting(message: Message, states: tuple[str, ...]) -> Message:
    fresh = Message.objects.select_for_update().get(pk=message.pk)
    if fresh.state not in states:
        raise Refused(_("This mail was already sent or discarded."))
    return fresh


def _queue(message: Message) -> None:
    """The one place where a mail gets on its way."""
    if _pretended.get():
        message.state, message.sent_at = State.SENT, clock.now()
        message.save()
        return
    message.state, message.queued_at, message.tries, message.error = State.QUEUED, clock.now(), 0, ""
    message.save()
    # Robust: the act is committed, and a worker that cannot be woken now finds the mail at the next tick.
    transaction.on_commit(partial(deliver.enqueue, message.pk), robust=True)


# --- The worker's part ------------------------------------------------------------------------------------------------


@task()
def deliver(pk: int) -> None:
    """Hand one queued mail to the mail server. Safe to run again: only one ever takes the mail.

    All that may fail or last is done before the mail is taken, and nothing but its text is handed over after that. So a
    worker that is killed either has not taken it (it is sent later), or it is in doubt for these milliseconds.
    """
    message = Message.objects.filter(pk=pk, state=State.QUEUED).first()
    if message is None:
        return  # another worker has it, or a person was quicker
    queued = Message.objects.filter(pk=pk, state=State.QUEUED)
    mail = EmailMessage(message.subject, message.body, to=[message.recipient], headers=_headers(message))
    if path := settings.MAIL_ATTACHMENTS.get(message.kind):
        with translation.override(message.language):
            mail.attach(*import_string(path)(message))
    try:
        mail.message()
    except (ValueError, MessageError) as error:
        _not_sent(queued, message, str(error), final=True)
        return
    mail.connection = connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        _not_sent(queued, message, _reason(error), final=False)
        return
    try:
        _hand_over(mail, message)
    finally:
        with suppress(OSError):
            connection.close()


def _hand_over(mail: EmailMessage, message: Message) -> None:
    mark = uuid.uuid4().hex
    queued = Message.objects.filter(pk=message.pk, state=State.QUEUED)
    if not queued.update(state=State.SENDING, taken_at=clock.now(), taken_by=mark):
        return
    # Still ours, also when it was thought lost meanwhile; no longer, when a person has decided.
    ours = Message.objects.filter(pk=message.pk, taken_by=mark, state__in=(State.SENDING, State.UNSURE))
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        [(code, _text)] = refusal.recipients.values()
        _not_sent(ours, message, _reason(refusal), final=code >= 500)
    except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as refusal:
        _not_sent(ours, message, _reason(refusal), final=getattr(refusal, "smtp_code", 500) >= 500)
    except Exception as error:
        # The connection broke, or something nobody thought of: the server may have the mail, and a person must look.
        ours.update(state=State.UNSURE, error=_reason(error))
    else:
        ours.update(state=State.SENT, sent_at=clock.now(), error="")


def _headers(message: Message) -> dict[str, str]:
    """The same Message-ID however often it is sent, so that a second copy can be recognised; no holiday replies."""
    return {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}


def _not_sent(mine: models.QuerySet[Message], message: Message, reason: str, *, final: bool) -> None:
    """The mail server certainly does not have it: try again at the next tick, or show it to staff."""
    tries = message.tries + 1
    state = State.FAILED if final or tries >= TRIES else State.QUEUED
    mine.update(state=state, tries=tries, error=reason)


def _reason(error: Exception) -> str:
    """What the mail server said, in a line."""
    code: Any
    text: Any
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, text)] = error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    else:
        return (str(error) or type(error).__name__)[:300]
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"[:300]


# --- The timer's part -------------------------------------------------------------------------------------------------


def doubt_lost() -> int:
    """Show the mails whose worker never said how it ended; how many."""
    lost = Message.objects.filter(state=State.SENDING).exclude(taken_at__range=jobs.still_alive())
    return lost.update(state=State.UNSURE)


def wake_waiting() -> int:
    """Give every queued mail a task that has none (its try failed, or the one who queued it was killed); how many."""
    known = jobs.first_arguments(deliver)
    queued = Message.objects.filter(state=State.QUEUED).order_by("pk").values_list("pk", flat=True)
    waiting = [pk for pk in queued if pk not in known]
    for pk in waiting:
        deliver.enqueue(pk)
    return len(waiting)


def late() -> models.Q:
    """Mails that should have gone and have not: failed, in doubt, or queued for more than an hour."""
    overdue = models.Q(state=State.QUEUED, queued_at__lt=clock.now() - timedelta(hours=1))
    return overdue | models.Q(state__in=(State.FAILED, State.UNSURE))
