"""The outbox: every mail is a row written with the act that causes it and sent after the commit.

Receipts and notices go at once; what tells an outcome is a draft that an officer reads and sends.
"""

from collections.abc import Callable
from typing import Any

from django.core.mail import send_mail
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from funding import clock
from funding.gate import Refused, writes
from funding.models import Message


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
        message = Message.objects.create(
            municipality_id=about.municipality_id,  # type: ignore[attr-defined]
            kind=kind,
            recipient=address,
            language=language,
            subject=" ".join(subject.split()),  # a line break would be a header of its own
            body=body,
            state=Message.State.DRAFT if draft else Message.State.QUEUED,
            about=about._meta.label_lower,
            about_id=about.pk,
            written_at=clock.now(),
        )
        messages.append(message)
    if not draft:
        transaction.on_commit(lambda: deliver([message.pk for message in messages]))
    return messages


@writes
def send(message: Message, *, by: Any, subject: str | None = None, body: str | None = None) -> Message:
    """Send a draft, as it stands or as it was edited. Raises Refused when it was sent or discarded before."""
    fresh = Message.objects.select_for_update().get(pk=message.pk)
    if fresh.state not in (Message.State.DRAFT, Message.State.FAILED):
        raise Refused(_("This mail was already sent or discarded."))
    fresh.subject, fresh.body = subject or fresh.subject, body or fresh.body
    fresh.state = Message.State.QUEUED
    fresh.save()
    transaction.on_commit(lambda: deliver([fresh.pk]))
    return fresh


@writes
def discard(message: Message, *, by: Any) -> Message:
    """Put a draft away for good; it stays readable."""
    fresh = Message.objects.select_for_update().get(pk=message.pk)
    if fresh.state not in (Message.State.DRAFT, Message.State.FAILED):
        raise Refused(_("This mail was already sent or discarded."))
    fresh.state = Message.State.DISCARDED
    fresh.save()
    return fresh


def deliver(pks: list[int]) -> None:
    """Hand queued mails to the mail server, each marked before anybody else can take it.

    A mail that cannot be handed over is marked failed with the reason; staff see it and can send it again.
    """
    for pk in pks:
        taken = Message.objects.filter(pk=pk, state=Message.State.QUEUED).update(
            state=Message.State.SENT, sent_at=clock.now()
        )
        if not taken:
            continue
        message = Message.objects.get(pk=pk)
        try:
            send_mail(message.subject, message.body, None, [message.recipient])
        except OSError as error:
            Message.objects.filter(pk=pk).update(state=Message.State.FAILED, sent_at=None, error=str(error)[:300])
