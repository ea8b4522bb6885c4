"""What somebody typed when their sign-in had run out: kept in the session until the same person has signed in again."""

import secrets
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, QueryDict

from applications.models import Application

KEY = "typed"
LARGEST = 300_000  # characters
PAGE_DAYS = 14  # how long a page may have been open
PLACES = 3  # sections one session keeps

_signer = TimestampSigner(salt="page")


def page_of(user: Any, application: Application) -> str:
    """A name for a page made now, which nobody else can make: whose it is, and of which case."""
    return _signer.sign(f"{user.pk}.{application.pk}.{secrets.token_urlsafe(4)}")


def _owner(page: str, pk: int) -> str:
    """Whose page of this case this is; "" for one we did not make."""
    try:
        person, case, _rest = _signer.unsign(page, max_age=PAGE_DAYS * 24 * 3600).split(".", 2)
    except (BadSignature, ValueError):
        return ""
    return person if case == str(pk) else ""


def put(request: HttpRequest, pk: int, section: str) -> bool:
    """Keep what was sent without a sign-in, if it comes from a page of ours; whether it was kept."""
    owner = _owner(request.POST.get("page", ""), pk)
    data = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if not owner or sum(len(value) for values in data.values() for value in values) > LARGEST:
        return False
    kept = request.session.get(KEY, {})
    kept.pop(f"{pk}/{section}", None)
    latest = dict(list(kept.items())[-PLACES + 1 :])
    request.session[KEY] = latest | {f"{pk}/{section}": {"owner": owner, "data": data}}
    return True


def has(request: HttpRequest, application: Application, section: str) -> bool:
    """Whether something waits for this page."""
    return f"{application.pk}/{section}" in request.session.get(KEY, {})


def take(request: HttpRequest, application: Application, section: str) -> QueryDict | None:
    """What this person typed here before; it is gone from the session then, also when it was somebody else's."""
    found = request.session.get(KEY, {}).pop(f"{application.pk}/{section}", None)
    if found is None:
        return None
    request.session.modified = True
    if found["owner"] != str(request.user.pk):
        return None
    data = QueryDict(mutable=True)
    for name, values in found["data"].items():
        data.setlist(name, values)
    return data


def names(data: QueryDict) -> list[str] | None:
    """The inputs that were typed into; None for a whole page."""
    return data.getlist("changed") or None
