"""Verbs of the roof: mail a sign-in link, send a mail with what follows from it."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from applications.models import Letter
from funding import clock, outbox
from funding.gate import Refused, record, save_with_history, writes
from funding.models import Message, Municipality, SignInRequest, User
from funding.site.links import SIGN_IN_KIND

PER_ADDRESS, PER_CLIENT, WINDOW = 5, 20, timedelta(hours=1)


@writes
def count_sign_in(email: str, client: str) -> None:
    """Count one request for a link. Raises Refused above 5 per address or 20 per client in an hour.

    The answer is the same whether the address has an account: it counts requests, not people.
    """
    since = clock.now() - WINDOW
    SignInRequest.objects.filter(at__lt=since).delete()
    for kind, value, limit in (("mail", email.strip().casefold(), PER_ADDRESS), ("client", client, PER_CLIENT)):
        key = hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
        if SignInRequest.objects.filter(key=key).count() >= limit:
            raise Refused(_("Too many links were asked for. Please wait an hour, or look into your mails again."))
        SignInRequest.objects.create(key=key, at=clock.now())


def mail_sign_in(email: str, link: str, *, language: str) -> None:
    """Send the link. Its text is a key: only the demo keeps it, so that its mail page can show it."""
    account = User.objects.filter(email=email.strip().casefold()).first()
    with translation.override(account.language if account else language):
        subject = _("Your link to sign in")
        lines = [
            _("Open this link to sign in. It works once, within the next 30 minutes:"),
            link,
            _("You did not want to sign in? Then you need not do anything."),
        ]
    body = "\n\n".join(lines)
    town = Municipality.objects.filter(demo=True).order_by("pk").first() if settings.DEMO else None
    if town is not None:
        _keep(town, email, subject, body)
    try:
        send_mail(subject, body, None, [email])
    except OSError as error:
        raise Refused(_("The mail could not be sent. Please try again in a few minutes.")) from error


@writes
def _keep(town: Municipality, email: str, subject: str, body: str) -> None:
    Message.objects.create(
        municipality=town,
        kind=SIGN_IN_KIND,
        recipient=email,
        subject=subject,
        body=body,
        state=Message.State.SENT,
        written_at=clock.now(),
        sent_at=clock.now(),
    )


@writes
def send_message(message: Message, *, by: Any, subject: str, body: str) -> Message:
    """Send a draft as edited. A mail about a letter for download is the notice that provides it (§ 41 (2a) VwVfG).

    Raises Refused when it was sent or discarded meanwhile.
    """
    sent = outbox.send(message, by=by, subject=subject, body=body)
    record(sent.municipality_id, "message.send", sent, by=by, details={"kind": sent.kind})
    if sent.about == Letter._meta.label_lower:
        letter = Letter.objects.select_for_update().get(pk=int(sent.about_id or 0))
        if letter.delivery == Letter.Delivery.DOWNLOAD and letter.notified_on is None:
            letter.provided_on = clock.today()
            save_with_history(letter, by=by, reason="provide")
            record(letter.municipality_id, "letter.provide", letter, by=by)
    return sent


@writes
def discard_message(message: Message, *, by: Any) -> Message:
    """Put a draft away. Raises Refused when it was sent or discarded meanwhile."""
    put_away = outbox.discard(message, by=by)
    record(put_away.municipality_id, "message.discard", put_away, by=by, details={"kind": put_away.kind})
    return put_away


@writes
def choose_language(user: User, language: str) -> None:
    """Remember the language a person reads and gets mails in."""
    User.objects.filter(pk=user.pk).update(language=language)
