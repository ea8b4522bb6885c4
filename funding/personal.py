"""Personal links in mails: whose address gets the code, and where the sign-in leads; alone they open nothing."""

from typing import Any

from django.core import signing
from django.urls import reverse

from funding import outbox

SALT = "personal-link"


def personal_link(user: Any, name: str, *args: Any) -> str:
    """The whole address of a link that leads this person, after their code, to a page."""
    return outbox.link_to("personal", token_for(user, name, *args))


def token_for(user: Any, name: str, *args: Any) -> str:
    """What the link carries: signed, not secret."""
    return signing.dumps([user.pk, reverse(name, args=args)], salt=SALT)


def read_link(token: str) -> tuple[int, str] | None:
    """(account, path of the page) a personal link was made for; None for one that was not made here."""
    try:
        account, path = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return account, path
