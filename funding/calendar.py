"""German periods: when a letter counts as notified, when a deadline ends, which days are holidays.

Sources: § 41 VwVfG (notification), § 31 VwVfG with §§ 187-193 BGB (periods), the holiday acts of the Länder.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

FOUR_DAYS_BY_POST_FROM = date(2025, 1, 1)  # Postrechtsmodernisierungsgesetz; three days before
DOWNLOAD_DAYS = 10  # § 41 (2a) VwVfG

NORTH_RHINE_WESTPHALIA = "NW"
BADEN_WUERTTEMBERG = "BW"
STATES = (NORTH_RHINE_WESTPHALIA, BADEN_WUERTTEMBERG)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    month, day = divmod(epact + weekday - 7 * ((golden + 11 * epact + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _after_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _repentance_day(year: int) -> date:
    """The Wednesday before 23 November."""
    before = date(year, 11, 22)
    return before - timedelta(days=(before.weekday() - 2) % 7)


@dataclass(frozen=True)
class _Holiday:
    """A row of the dated table: the first and last year in which the day was free, and where."""

    name: str  # a German proper name, printed as it stands
    on: Callable[[int], date]
    states: tuple[str, ...] = STATES
    first_year: int = 1
    last_year: int = 9999


# Complete from 1995 on. A change of the law is a new row or an end year, never an edit of the past.
_HOLIDAYS = (
    _Holiday("Neujahr", _fixed(1, 1)),
    _Holiday("Heilige Drei Könige", _fixed(1, 6), states=(BADEN_WUERTTEMBERG,)),
    _Holiday("Karfreitag", _after_easter(-2)),
    _Holiday("Ostermontag", _after_easter(1)),
    _Holiday("Tag der Arbeit", _fixed(5, 1)),
    _Holiday("Christi Himmelfahrt", _after_easter(39)),
    _Holiday("Pfingstmontag", _after_easter(50)),
    _Holiday("Fronleichnam", _after_easter(60)),
    _Holiday("Tag der Deutschen Einheit", _fixed(10, 3), first_year=1990),
    _Holiday("Reformationstag", _fixed(10, 31), first_year=2017, last_year=2017),  # 500 years, everywhere, once
    _Holiday("Allerheiligen", _fixed(11, 1)),
    _Holiday("Buß- und Bettag", _repentance_day, last_year=1994),
    _Holiday("1. Weihnachtstag", _fixed(12, 25)),
    _Holiday("2. Weihnachtstag", _fixed(12, 26)),
)


def holidays(year: int, state: str) -> dict[date, str]:
    """The public holidays of the Land in the year, in order, with their German names. ValueError: unknown Land."""
    if state not in STATES:
        raise ValueError(f"no table of holidays for the Land {state!r}")
    days: dict[date, str] = {}
    for holiday in sorted(_HOLIDAYS, key=lambda row: row.on(year)):
        if state in holiday.states and holiday.first_year <= year <= holiday.last_year:
            day = holiday.on(year)
            # Ascension can fall on 1 May (2008): one free day with both names.
            days[day] = f"{days[day]} / {holiday.name}" if day in days else holiday.name
    return days


def is_working_day(day: date, state: str) -> bool:
    """Neither Saturday, Sunday nor a holiday of the Land (§ 193 BGB, § 31 (3) VwVfG)."""
    return day not in holidays(day.year, state) and day.weekday() < 5


def next_working_day(day: date, state: str) -> date:
    """The day itself if it is a working day, else the next one (§ 31 (3) VwVfG)."""
    while not is_working_day(day, state):
        day += timedelta(days=1)
    return day


def add_months(day: date, months: int) -> date:
    """The same-numbered day so many months later; where it is missing, the last of the month (§ 188 (2), (3) BGB)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def notified_by_post(posted_on: date, received_on: date | None = None) -> date:
    """The fourth day after posting (the third until 2024), also on a weekend or holiday (§ 41 (2) VwVfG).

    A receipt that is proven to be later replaces that day, an earlier one does not.
    """
    presumed = posted_on + timedelta(days=4 if posted_on >= FOUR_DAYS_BY_POST_FROM else 3)
    return max(presumed, received_on or presumed)


def notified_by_download(first_download_on: date) -> date:
    """The day after the first download by somebody authorised, also on a weekend or holiday (§ 41 (2a) VwVfG)."""
    return first_download_on + timedelta(days=1)


def download_closes_on(sent_on: date, state: str) -> date:
    """The last day on which a download notifies: ten days after the notice was sent, shifted to a working day."""
    return next_working_day(sent_on + timedelta(days=DOWNLOAD_DAYS), state)


def remedy_ends_on(notified_on: date, state: str) -> date:
    """The last day for a remedy: one month after notification, shifted (§ 74 VwGO, § 222 (2) ZPO)."""
    return next_working_day(add_months(notified_on, 1), state)


def binding_on(remedy_ends_on: date) -> date:
    """The first day on which a letter nobody acted against is final: the day after the period, whatever day it is."""
    return remedy_ends_on + timedelta(days=1)


def proof_due_on(end: date, months: int, state: str) -> date:
    """The last day for the usage proof: so many months after the end of the project, shifted to a working day."""
    return next_working_day(add_months(end, months), state)
