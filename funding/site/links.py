"""Links: one-time ones with what they carry and what uses them up, and those that lead on after an act."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from funding import clock
from funding.gate import Refused, writes
from funding.models import User
from funding.operations import has_administrator

SIGN_IN_KIND = "sign-in"  # kind of the mails that carry such a link; only the demo keeps them
SIGN_IN_SECONDS = 30 * 60
SETUP_SECONDS = 7 * 24 * 60 * 60


def setup_token() -> str:
    """A link for the first administrator: good for a week, and only while there is none."""
    return signing.dumps("setup", salt="setup")


def is_setup_token(token: str) -> bool:
    return not has_administrator() and _read(token, "setup", SETUP_SECONDS) == "setup"


def _stamp(user: User | None) -> str:
    """Changes with every sign-in: a link made before is then used up."""
    return user.last_login.isoformat() if user and user.last_login else ""


def sign_in_token(email: str) -> str:
    """A link for whoever reads this address: good for half an hour and for one sign-in."""
    address = email.strip().casefold()
    return signing.dumps([address, _stamp(User.objects.filter(email=address).first())], salt="sign-in")


def address_of(token: str) -> str | None:
    """The address a sign-in link was made for; None when it is spoilt, too old or used up."""
    content = _read(token, "sign-in", SIGN_IN_SECONDS)
    if not isinstance(content, list):
        return None
    address, stamp = content
    user = User.objects.filter(email=address).first()
    usable = stamp == _stamp(user) and (user is None or user.is_active)
    return address if usable else None


@writes
def use_sign_in(token: str, *, language: str) -> User:
    """The account of a sign-in link, made if there is none; the link is used up. Raises Refused when it is no good."""
    address = address_of(token)
    if address is None:
        raise Refused(_("This link was already used or is older than half an hour. Please ask for a new one."))
    user = User.objects.with_address(address, language=language)
    user = User.objects.select_for_update().get(pk=user.pk)
    if address_of(token) is None:
        raise Refused(_("This link was already used or is older than half an hour. Please ask for a new one."))
    user.last_login = clock.now()
    user.save(update_fields=["last_login"])
    return user


def _read(token: str, salt: str, seconds: int) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=seconds)
    except signing.BadSignature:
        return None


def safe_next(request: HttpRequest) -> str:
    """Where somebody wanted to go before they signed in, if that is a page of this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed else ""


def client_address(request: HttpRequest) -> str:
    """Who asks, as the nearest trusted proxy saw it; without a proxy the other end of the connection."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")
