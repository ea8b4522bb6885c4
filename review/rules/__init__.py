"""The law of a board: who may vote, when it is quorate, what carries (§§ 88-93 VwVfG). Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, TypeVar

FEWEST_PRESENT = 3  # § 90 (1) VwVfG

LeaderVote = Literal["yes", "no", "abstain"] | None
WrittenResult = Literal["to-meeting", "not-quorate", "carried", "rejected"]


@dataclass(frozen=True)
class Body:
    """The board on one item: its seats, how many of them are excluded for bias, how many substitutes fill those."""

    seats: int
    excluded: int
    substitutes_filling: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.substitutes_filling <= self.excluded <= self.seats:
            raise ValueError("substitutes fill excluded seats, and only seats can be excluded")


def entitled(body: Body) -> int:
    """How many may vote on the item: a substitute fills the seat of an excluded member."""
    return body.seats - body.excluded + body.substitutes_filling


def quorate(*, invited_all: bool, entitled: int, present_entitled: int, second_meeting: bool = False) -> bool:
    """Whether the board may decide on the item (§ 90 VwVfG).

    All invited, and more than half of those entitled present, three at least; the absent stay in the divisor, and who
    abstains is present. A second meeting with the same items, to which all were invited with the notice that it will
    be quorate regardless, needs one. ValueError: more present than entitled.
    """
    if not 0 <= present_entitled <= entitled:
        raise ValueError("nobody is present and entitled beyond those entitled")
    if not invited_all:
        return False
    if second_meeting:
        return present_entitled >= 1
    return present_entitled >= FEWEST_PRESENT and 2 * present_entitled > entitled


def carried(*, yes: int, no: int, leader_vote: LeaderVote, tie_rejects: bool = False) -> bool:
    """Whether a motion is carried (§ 91 VwVfG): more yes than no; abstentions do not count.

    On a tie the vote of the person who leads the item decides; one who abstains or has no vote (None) leaves it
    rejected. `tie_rejects`: the setting for a council committee, where a tie is always a no.
    """
    if yes < 0 or no < 0:
        raise ValueError("votes are counted from zero")
    if yes != no:
        return yes > no
    return leader_vote == "yes" and not tie_rejects


def written_result(
    *,
    entitled: int,
    yes: int,
    no: int,
    abstain: int,
    objections: int,
    leader_vote: LeaderVote,
    invited_all: bool = True,
    tie_rejects: bool = False,
) -> WrittenResult:
    """What a written procedure comes to at its deadline (§ 90 (1) sentence 2 VwVfG).

    The first objection sends the item to a meeting. The thresholds of a meeting hold for the votes returned: silence
    is neither vote nor objection, it only stays in the divisor. ValueError: more votes than entitled.
    """
    if objections:
        return "to-meeting"
    if not quorate(invited_all=invited_all, entitled=entitled, present_entitled=yes + no + abstain):
        return "not-quorate"
    return "carried" if carried(yes=yes, no=no, leader_vote=leader_vote, tie_rejects=tie_rejects) else "rejected"


def is_short_notice(*, invited_on: date, held_on: date, days: int) -> bool:
    """Whether fewer days lie between invitation and meeting than the board's period of notice asks for.

    The law only says "in time" (§ 89 VwVfG), so the number of days is the town's, and less is possible but minuted.
    """
    return (held_on - invited_on).days < days


class Motion(Protocol):
    """What the order of motions needs to know."""

    @property
    def defers(self) -> bool: ...

    @property
    def amount_cents(self) -> int: ...


AnyMotion = TypeVar("AnyMotion", bound=Motion)


def motion_order(motions: Iterable[AnyMotion]) -> list[AnyMotion]:
    """The order in which the chair puts the motions: defer first, then the highest amount downwards.

    Motions of the same amount (they differ in conditions) keep the order in which they were made.
    """
    return sorted(motions, key=lambda motion: (not motion.defers, 0 if motion.defers else -motion.amount_cents))


@dataclass(frozen=True)
class Filled:
    """One case of the funding line: whether its amount still fits the pot, else how much is missing (cents)."""

    fits: bool
    missing_cents: int


def fill_pot(amounts_cents: Iterable[int], free_cents: int | None) -> tuple[list[Filled], int | None]:
    """Deal the pot out in order: (each case, what is left of it in the end).

    A case that no longer fits is passed over, so that a smaller one after it may fit. None: the pot has no limit.
    """
    left, filled = free_cents, []
    for cents in amounts_cents:
        missing = 0 if left is None else max(0, cents - left)
        filled.append(Filled(not missing, missing))
        if left is not None and not missing:
            left -= cents
    return filled, left


def bias_suggestion(
    *, affiliations: Iterable[str], person: str, organisation: str, representatives: Iterable[str]
) -> str:
    """What suggests that a member is biased (§ 20 VwVfG): an affiliation naming the applicant, or the member's own name
    among the representatives; "" when nothing does. It only suggests: plain membership does not exclude.
    """
    applicant = _folded(organisation)
    for affiliation in affiliations:
        named = _folded(affiliation)
        if applicant and named and (applicant in named or named in applicant):
            return affiliation
    return person if _folded(person) in {_folded(name) for name in representatives} - {""} else ""


def _folded(name: str) -> str:
    """A name as it is compared: lower case, one space between words."""
    return " ".join(name.casefold().split())
