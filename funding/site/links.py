"""Links: the one that sets an installation up, and those that lead on after an act."""

from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from funding.operations import has_administrator

SETUP_SECONDS = 7 * 24 * 60 * 60


def setup_token() -> str:
    """A link for the first administrator: good for a week, and only while there is none."""
    return signing.dumps("setup", salt="setup")


def is_setup_token(token: str) -> bool:
    try:
        content = signing.loads(token, salt="setup", max_age=SETUP_SECONDS)
    except signing.BadSignature:
        return False
    return content == "setup" and not has_administrator()


def safe_next(request: HttpRequest) -> str:
    """Where somebody wanted to go before they signed in, if that is a page of this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed else ""


def page_of(request: HttpRequest) -> str:
    """Path and query of the page something was sent from; the address it was sent to where the browser hides that."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return request.path
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
