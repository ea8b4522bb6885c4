"""The arithmetic and law of money: settlement, when it may be paid, the year's pot, interest.

Pure functions on plain values; every amount is in integer cents.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from funding import calendar
from funding.money import round_cents

# --- Settlement -------------------------------------------------------------------------------------------------------

MINOR_CHANGE_CENTS = 50_000

FinancingType = Literal["gap", "share", "fixed", "full"]


@dataclass(frozen=True)
class Settlement:
    """What a grant comes to, and the steps that led there as (code, cents), in order.

    Codes: award, cost-change, eligible-fall, cover-rise (the last three only when there is one), minor-change (the
    limit; the award stands) or by-gap, by-share, by-fixed, by-full (what the type yields), then whatever limits it:
    award-limit, guard-eligible, guard-cover, nothing-left, and at last grant.
    """

    grant_cents: int
    steps: tuple[tuple[str, int], ...]


def settle(
    *,
    financing: FinancingType,
    award: int,
    planned_eligible: int,
    planned_cost: int,
    planned_own: int,
    planned_third_party: int,
    planned_income: int,
    actual_eligible: int,
    actual_cost: int,
    actual_own: int,
    actual_third_party: int,
    actual_income: int,
    minor_change: int = MINOR_CHANGE_CENTS,
) -> Settlement:
    """The grant after the usage proof (ANBest-P no. 2 as the programme's guideline takes it over).

    Costs are cash cost. A minor change lets the award stand, but never for full financing; the guard (no more than the
    award, the eligible cost, and the cost other money leaves) holds for every type. Raises ValueError for an unknown
    type.
    """
    planned_cover = planned_own + planned_third_party + planned_income
    actual_cover = actual_own + actual_third_party + actual_income
    eligible_fall = max(0, planned_eligible - actual_eligible)
    cover_rise = max(0, actual_cover - planned_cover)
    by_type: dict[str, Callable[[], int]] = {
        "gap": lambda: actual_cost - planned_own - actual_third_party - actual_income,
        "share": lambda: _share(award, planned_eligible, actual_eligible - cover_rise),
        "fixed": lambda: award,
        "full": lambda: actual_eligible - actual_cover,
    }
    if financing not in by_type:
        raise ValueError(f"unknown type of financing: {financing!r}")

    steps = [("award", award)]
    changes = {"cost-change": actual_cost - planned_cost, "eligible-fall": eligible_fall, "cover-rise": cover_rise}
    steps += [(code, cents) for code, cents in changes.items() if cents]
    # Each tested alone: 400 less cost and 400 more income are both minor (DOMAIN section 5, case H).
    if financing != "full" and eligible_fall <= minor_change and cover_rise <= minor_change:
        steps.append(("minor-change", minor_change))
        grant = award
    else:
        grant = by_type[financing]()
        steps.append((f"by-{financing}", grant))

    limits = {
        "award-limit": award,
        "guard-eligible": actual_eligible,
        "guard-cover": actual_cost - actual_third_party - actual_income,
    }
    for code, limit in limits.items():
        if limit < grant:
            grant = limit
            steps.append((code, limit))
    if grant < 0:
        grant = 0
        steps.append(("nothing-left", 0))
    return Settlement(grant, (*steps, ("grant", grant)))


def _share(award: int, planned_eligible: int, counted: int) -> int:
    """The exact share award/planned of the counted cost, rounded half up; a plan without eligible cost yields none."""
    if planned_eligible == 0:
        return 0
    return (2 * award * counted + planned_eligible) // (2 * planned_eligible)


def eligible(lines: Iterable[tuple[int, Decimal]]) -> int:
    """The eligible part of (cents, share) lines: exact shares are summed and the sum is rounded once."""
    return round_cents(sum((cents * share for cents, share in lines), Decimal(0)))


@dataclass(frozen=True)
class Consequence:
    """What a settlement leads to, in cents; at most one of the three is above zero."""

    rest_cents: int = 0  # still to be paid to the recipient
    claim_cents: int = 0  # to be paid back
    not_pursued_cents: int = 0  # a claim too small to be pursued


def consequence(grant_cents: int, paid_cents: int, small_claim_cents: int) -> Consequence:
    """What follows when a grant of `grant_cents` meets `paid_cents` (paid less repaid).

    A claim up to `small_claim_cents` is not pursued (DOMAIN section 5: a setting of the programme).
    """
    if paid_cents <= grant_cents:
        return Consequence(rest_cents=grant_cents - paid_cents)
    too_much = paid_cents - grant_cents
    if too_much <= small_claim_cents:
        return Consequence(not_pursued_cents=too_much)
    return Consequence(claim_cents=too_much)


def tolerated(planned_cents: int, tolerance_percent: int) -> int:
    """The most a category may cost without a change being decided: the plan and the tolerance, in whole cents.

    What exceeds it is not eligible (DOMAIN section 5); a category that was not planned has no tolerance.
    """
    return planned_cents * (100 + tolerance_percent) // 100


# --- When it may be paid ----------------------------------------------------------------------------------------------


def payable_from(*, notified_on: date | None, waived_on: date | None, remedy_ends_on: date | None) -> date | None:
    """The first day on which the grant may be paid: when the award is binding, by waiver or by the end of the period.

    A waiver counts only once the letter is notified (OVG NRW 14.12.2020, 4 A 1992/16). None while neither is known.
    """
    days = []
    if waived_on and notified_on:
        days.append(max(waived_on, notified_on))
    if remedy_ends_on:
        days.append(calendar.binding_on(remedy_ends_on))
    return min(days, default=None)


# --- The year's pot ---------------------------------------------------------------------------------------------------


class OverdrawnError(Exception):
    """The pot does not hold what is wanted. Cents."""

    def __init__(self, free: int, wanted: int) -> None:
        super().__init__(f"{wanted} cents wanted, {free} cents free")
        self.free = free
        self.wanted = wanted


@dataclass(frozen=True)
class Balances:
    """What has happened to the pot of one budget year; no part is ever below zero.

    Everything the pot was given is somewhere: allocated + carried in + released = free + reserved + committed +
    lapsed. And so is everything committed: committed = paid − repaid + released + carried over + outstanding.
    """

    allocated_cents: int = 0
    carried_in_cents: int = 0
    reserved_cents: int = 0
    committed_cents: int = 0
    paid_cents: int = 0
    repaid_cents: int = 0
    released_cents: int = 0
    carried_over_cents: int = 0
    lapsed_cents: int = 0

    @property
    def free_cents(self) -> int:
        """What can still be reserved or committed."""
        return (
            self.allocated_cents
            + self.carried_in_cents
            + self.released_cents
            - self.reserved_cents
            - self.committed_cents
            - self.lapsed_cents
        )

    @property
    def not_awarded_cents(self) -> int:
        """What no letter has promised yet: what people outside may know. Free money alone tells of a decision that is
        prepared and not released.
        """
        return self.free_cents + self.reserved_cents

    @property
    def outstanding_cents(self) -> int:
        """What was committed and is still to be paid in this year's pot."""
        return (
            self.committed_cents - self.released_cents - self.carried_over_cents - self.paid_cents + self.repaid_cents
        )


# Which parts a movement changes. `release` and `repay` make money free again; in a closed year it lapses instead, so
# that it is never free and what was repaid cannot be paid out a second time. `carry_over` moves what is committed but
# unpaid on 31 December out of the outstanding part; the next year takes it in by `carry_in` and commits it anew.
_EFFECTS: Mapping[str, Mapping[str, int]] = {
    "allocate": {"allocated_cents": 1},
    "supplement": {"allocated_cents": 1},
    "cut": {"allocated_cents": -1},
    "carry_in": {"carried_in_cents": 1},
    "reserve": {"reserved_cents": 1},
    "unreserve": {"reserved_cents": -1},
    "commit": {"committed_cents": 1},
    "release": {"released_cents": 1},
    "pay": {"paid_cents": 1},
    "unpay": {"paid_cents": -1},
    "repay": {"repaid_cents": 1, "released_cents": 1},
    "carry_over": {"carried_over_cents": 1},
    "lapse": {"lapsed_cents": 1},
}
_LAPSING_WHEN_CLOSED = ("release", "repay")
KINDS = tuple(_EFFECTS)


def after(balances: Balances, kind: str, amount_cents: int, *, year_open: bool = True) -> Balances:
    """The balances after one movement of `amount_cents`.

    Raises OverdrawnError when the movement would take more than is free, ValueError for an unknown kind, an amount
    that is not above zero, or a part that would go below zero (paying more than is outstanding, lifting more than is
    reserved, …). Source: DOMAIN section 8, § 22 KomHVO NRW for what is carried over.
    """
    if kind not in _EFFECTS:
        raise ValueError(f"unknown kind of movement: {kind!r}")
    if amount_cents <= 0:
        raise ValueError("a movement has an amount above zero")
    effects = dict(_EFFECTS[kind])
    if kind in _LAPSING_WHEN_CLOSED and not year_open:
        effects["lapsed_cents"] = 1
    moved = replace(balances, **{part: getattr(balances, part) + sign * amount_cents for part, sign in effects.items()})
    parts = {
        "allocated": moved.allocated_cents,
        "reserved": moved.reserved_cents,
        "outstanding": moved.outstanding_cents,
        "paid and not repaid": moved.paid_cents - moved.repaid_cents,
    }
    for name, cents in parts.items():
        if cents < 0:
            raise ValueError(f"{kind} of {amount_cents} cents exceeds what is {name} by {-cents} cents")
    if moved.free_cents < 0:
        raise OverdrawnError(free=balances.free_cents, wanted=amount_cents)
    return moved


# --- Interest ---------------------------------------------------------------------------------------------------------

DAYS_A_YEAR = 365  # in leap years too
POINTS_ABOVE_BASE = 5  # § 49a (3) VwVfG

# The base rate of the Bundesbank (§ 247 BGB) in percent, by the first day of the half-year. Only confirmed rates stand
# here: without a row no letter can name interest.
BASE_RATES: Mapping[date, Decimal] = {
    date(2024, 1, 1): Decimal("3.62"),
    date(2024, 7, 1): Decimal("3.37"),
    date(2025, 1, 1): Decimal("2.27"),
    date(2025, 7, 1): Decimal("1.27"),
    date(2026, 1, 1): Decimal("1.27"),
}


class RateMissing(LookupError):
    """No confirmed base rate for the half-year beginning on this day."""

    def __init__(self, half_year: date) -> None:
        super().__init__(f"no confirmed base rate from {half_year.isoformat()}")
        self.half_year = half_year


def interest(cents: int, from_day: date, to_day: date, rates: Mapping[date, Decimal] = BASE_RATES) -> int:
    """Interest in cents on a repayment, five points above the base rate (§ 49a (3) VwVfG).

    `from_day` is the day the act became ineffective (revoked for the past: the day of payment) and bears none itself;
    `to_day` is the day the money is received and is the last to bear it. Actual days / 365, rounded once, half up.
    Raises RateMissing for a half-year without a confirmed rate.
    """
    sum_of_rates = Decimal(0)  # percent × days
    day = from_day + timedelta(days=1)
    while day <= to_day:
        half_year = date(day.year, 1 if day.month <= 6 else 7, 1)
        if half_year not in rates:
            raise RateMissing(half_year)
        last = min(to_day, _last_of_half_year(half_year))
        sum_of_rates += (rates[half_year] + POINTS_ABOVE_BASE) * ((last - day).days + 1)
        day = last + timedelta(days=1)
    return round_cents(cents * sum_of_rates / (100 * DAYS_A_YEAR))


def _last_of_half_year(first: date) -> date:
    return date(first.year, 6, 30) if first.month == 1 else date(first.year, 12, 31)
