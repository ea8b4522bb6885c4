"""Which cases of a year look like the same project handed in twice, or like one project split in two. Pure functions.

It only suggests: an officer looks at both and decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Literal

ALIKE = 0.75  # of two titles, by the words and letters they share
CLOSE = timedelta(days=31)  # parts of one project follow each other within a month
HALF = 0.5  # of the cost lines of the shorter plan

Kind = Literal["duplicate", "split"]


@dataclass(frozen=True)
class Sketch:
    """What two cases are compared by; amounts in cents."""

    title: str
    organisation_id: int
    name: str = ""
    representatives: tuple[str, ...] = ()
    iban: str = ""
    place: str = ""
    start: date | None = None
    end: date | None = None
    costs: tuple[tuple[str, int], ...] = ()
    requested_cents: int = 0


@dataclass(frozen=True)
class Likeness:
    """What two cases look like together, and the codes of what they share."""

    kind: Kind
    shared: tuple[str, ...]


def likeness(one: Sketch, other: Sketch, cap_cents: int | None) -> Likeness | None:
    """Whether two cases look alike.

    Duplicate: the same applicant (also under another name: by account or representative) with the same title at the
    same time, or somebody else with the same title, time, place and costs. Split: the same applicant with parts that
    share title, place or costs, follow each other within a month, and only together ask for more than the cap.
    """
    applicant = _applicant(one, other)
    shared = [
        *applicant,
        *(["title"] if alike(one.title, other.title) >= ALIKE else []),
        *(["period"] if _apart(one, other) == timedelta() else []),
        *(["place"] if _folded(one.place) and _folded(one.place) == _folded(other.place) else []),
        *(["costs"] if _shared_costs(one.costs, other.costs) >= HALF else []),
    ]
    content = {"title", "place", "costs"} & set(shared)
    if {"title", "period"} <= set(shared) and (applicant or {"place", "costs"} <= set(shared)):
        return Likeness("duplicate", tuple(shared))
    apart = _apart(one, other)
    exceeds = cap_cents is not None and one.requested_cents + other.requested_cents > cap_cents
    if applicant and content and exceeds and apart is not None and apart <= CLOSE:
        return Likeness("split", tuple(shared))
    return None


def alike(one: str, other: str) -> float:
    """How alike two titles are, from 0 to 1: whatever the case of the letters and the order of the words."""
    words, others = sorted(_folded(one).split()), sorted(_folded(other).split())
    if not words or not others:
        return 0.0
    return SequenceMatcher(None, " ".join(words), " ".join(others)).ratio()


def _applicant(one: Sketch, other: Sketch) -> list[str]:
    if one.organisation_id == other.organisation_id:
        return ["applicant"]
    found = ["name"] if _folded(one.name) and _folded(one.name) == _folded(other.name) else []
    found += ["iban"] if one.iban and one.iban == other.iban else []
    return found + (["representative"] if _names(one) & _names(other) else [])


def _names(sketch: Sketch) -> set[str]:
    return {_folded(name) for name in sketch.representatives} - {""}


def _apart(one: Sketch, other: Sketch) -> timedelta | None:
    """The time between two projects, nothing when they overlap; None when a day is missing."""
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return None
    return max(timedelta(), max(one.start, other.start) - min(one.end, other.end))


def _shared_costs(one: Iterable[tuple[str, int]], other: Iterable[tuple[str, int]]) -> float:
    """The share of the shorter plan's lines that the other one has, too: what, and the amount to the cent."""
    lines = {(_folded(what), cents) for what, cents in one if cents}
    others = {(_folded(what), cents) for what, cents in other if cents}
    return len(lines & others) / min(len(lines), len(others)) if lines and others else 0.0


def _folded(text: str) -> str:
    """A text as it is compared: letters and digits in lower case, one space between words."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())
