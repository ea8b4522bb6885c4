"""What was typed outlives a change of language or a sign-in: it waits in the session for its page, once."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import add_never_cache_headers

KEY = "kept-input"
SECONDS = 10 * 60
OWN_NAMES = ("csrfmiddlewaretoken", "to-language")


class KeptInput(QueryDict):
    """Input nobody has sent yet: its form shows it, and finds no fault with it (funding/templatetags/kern.py)."""


def keep(request: HttpRequest, page: str, *, sent_before: bool = False, used: tuple[str, ...] = ()) -> bool:
    """Keep what came with this request for `page`, a path with its query; whether anything was typed.

    `sent_before`: the page was already showing what is wrong with it, and will do so again. `used`: the names of
    what an act has taken, where one page has several buttons; one that ends in "-" stands for all that begin like it.
    Files are not kept.
    """
    parts = tuple(name for name in used if name.endswith("-"))
    left_out = (*OWN_NAMES, *used)
    typed = {
        name: values
        for name, values in request.POST.lists()
        if name not in left_out and not (parts and name.startswith(parts))
    }
    if not any(value.strip() for values in typed.values() for value in values):
        request.session.pop(KEY, None)
        return False
    request.session[KEY] = {"page": page, "typed": typed, "sent_before": sent_before, "at": time.time()}
    return True


def with_kept_input(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Hand a page what was typed on it before the language changed: as the data of its form, not as an act.

    The request stays a GET, so no view writes anything.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        kept = request.session.get(KEY) if request.method == "GET" else None
        if kept is None or kept["page"] != request.get_full_path():
            return get_response(request)
        del request.session[KEY]
        if time.time() - kept["at"] > SECONDS:
            return get_response(request)
        data = (QueryDict if kept["sent_before"] else KeptInput)(mutable=True)
        for name, values in kept["typed"].items():
            data.setlist(name, values)
        request.POST = data  # type: ignore[assignment]
        response = get_response(request)
        add_never_cache_headers(response)
        return response

    return middleware
