"""The one clock: every date and time of the product is asked here.

The demonstration and the import of paper applications act on earlier days: an application received last December
must be judged, logged and counted as of that day. `at` sets the clock for the code inside it and for nobody else
(a ContextVar: other threads and requests keep the real time).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

BERLIN = ZoneInfo("Europe/Berlin")  # deadlines of a German town, wherever the server or the reader is

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment, aware."""
    return _moment.get() or timezone.now()


def today() -> date:
    """The present day in Germany."""
    return timezone.localdate(now(), BERLIN)


@contextmanager
def at(moment: date | datetime) -> Iterator[None]:
    """Let the code inside act at the moment: a day means its noon, a naive time is German time; time stands still."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(12), tzinfo=BERLIN)
    elif timezone.is_naive(moment):
        moment = timezone.make_aware(moment, BERLIN)
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
