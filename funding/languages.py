"""In which languages a page can be read: those of its town; who works for a town has German and English."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language

SIMPLE = "de-simple"


def is_staff(user: Any) -> bool:
    """Somebody with a role in a town; their roles are loaded once per request."""
    return bool(user and user.is_authenticated and user.is_staff_somewhere)


def offered(user: Any, town: Any = None) -> list[tuple[str, str]]:
    """(code, own name) of the languages to choose from; the one in use always among them.

    A town that names none offers all. Einfache Sprache goes with German.
    """
    wanted = {code for code, _name in settings.LANGUAGES}
    if is_staff(user):
        wanted = set(settings.STAFF_LANGUAGES)
    elif named := set(getattr(town, "languages", None) or ()):
        wanted &= {*named, *([SIMPLE] if "de" in named else [])}
    wanted.add(get_language() or settings.LANGUAGE_CODE)
    return [(code, name) for code, name in settings.LANGUAGES if code in wanted]


def remember(response: HttpResponse, language: str) -> HttpResponse:
    """The browser's memory of the choice; a language we do not have changes nothing."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
