"""Verbs of the roof: mail a code to sign in, send a mail with what follows from it."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from applications.models import Letter
from funding import clock, outbox
from funding.gate import Refused, record, save_with_history, writes
from funding.models import Message, Municipality, User


@writes
def account_of(email: str, *, language: str) -> User:
    """The account of somebody who reads this address's mails, made if there is none."""
    return User.objects.with_address(email, language=language)


def mail_code(email: str, code: str, *, language: str) -> None:
    """Send a code at once, in the language of the account or of the page. Raises Refused when the mail cannot leave.

    Its text is a key: only the demo keeps it, so that its mail page can show it.
    """
    account = User.objects.filter(email=email).first()
    with translation.override(account.language if account else language):
        subject = _("%s is your code to sign in") % code
        lines = [
            _("Your code: %s") % code,
            _("It works once, within 15 minutes, in the browser in which you asked for it."),
            _("You did not want to sign in? Then you need not do anything. Please give the code to nobody."),
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
        kind=outbox.KEY_KIND,
        recipient=email,
        subject=subject,
        body=body,
        state=Message.State.SENT,
        written_at=clock.now(),
        sent_at=clock.now(),
    )


@writes
def send_message(message: Message, *, by: Any, **as_read: Any) -> Message:
    """Send a draft as edited (`subject`, `body`) or as it was `read`; `funding.outbox.send` says what is refused.

    A mail about a letter for download is the notice that provides it (§ 41 (2a) VwVfG).
    """
    sent = outbox.send(message, by=by, **as_read)
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
def save_message(message: Message, *, by: Any, subject: str, body: str) -> Message:
    """Change a draft without sending it. Raises Refused when it was sent or discarded meanwhile."""
    saved = outbox.edit(message, by=by, subject=subject, body=body)
    record(saved.municipality_id, "message.edit", saved, by=by, details={"kind": saved.kind})
    return saved


@writes
def confirm_message(message: Message, *, by: Any) -> Message:
    """Note that a mail which perhaps went did arrive. Raises Refused when that is settled already."""
    sent = outbox.confirm(message, by=by)
    record(sent.municipality_id, "message.confirm", sent, by=by, details={"kind": sent.kind})
    return sent


@writes
def choose_language(user: User, language: str) -> None:
    """Remember the language a person reads and gets mails in."""
    User.objects.filter(pk=user.pk).update(language=language)
