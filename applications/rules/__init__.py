"""The arithmetic of a plan: what may be granted, what keeps it from being submitted, what somebody should look at.

Pure functions on plain values: cents are integers, quantities and shares Decimals. The codes of `problems` and
`warnings` are stable; templates hold the sentences.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from funding.bank import BankError, check_iban, iban_warnings, same_person
from funding.money import MAX_CENTS, round_cents

MIN_CENTS = 1

OWN, THIRD_PARTY, INCOME, IN_KIND, GRANT = "own", "third-party", "income", "in-kind", "grant"
APPROVED = "approved"

# Dated rows: the first year or day of validity, newest last. A change of the law is a new row.
# First calendar year, Ehrenamtspauschale (§ 3 Nr. 26a EStG), Übungsleiterpauschale (§ 3 Nr. 26 EStG).
VOLUNTEER_LIMITS_CENTS = (
    (2021, 84_000, 300_000),
    (2026, 96_000, 330_000),
)
TAX_PERCENTS = (19, 7)  # value-added tax (§ 12 UStG)
DE_MINIMIS_CENTS = 300_000_00  # per undertaking in three years (Art. 3 (2) Regulation (EU) 2023/2831)
KILOMETRE_LIMITS_CENTS = ((date(2022, 1, 1), 35),)  # car, per kilometre (LRKG)

_KILOMETRES = re.compile(r"(?<![^\W\d_])(?:km|kilomet(?:er|re)[ns]?|kilometre|км|كم)(?![^\W\d_])", re.IGNORECASE)
_PEOPLE = re.compile(
    r"(?P<number>\d+|\beine?n?|\bone)\s+(?:person|ehrenamt|freiwillig|helfer|lots|pat(?:e|i)|übungsleit|trainer"
    r"|volunteer|people|coach)",
    re.IGNORECASE,
)
_TRAINER = re.compile(r"übungsleit|trainer|coach", re.IGNORECASE)


@dataclass(frozen=True)
class Cost:
    """One line of the cost plan.

    `share` is the eligible share of the category (personnel 0.50). `deductible_cents` is the input tax in the line that
    the applicant gets back; the line counts net of it. `admitted_cents` is what the town admits of the line (None: all
    of it); the rest stays a cost of the project that is not eligible.
    """

    category: str
    share: Decimal
    quantity: Decimal
    unit_price_cents: int
    in_kind: bool = False
    deductible_cents: int = 0
    volunteer_allowance: bool = False
    what: str = ""
    admitted_cents: int | None = None

    @property
    def gross_cents(self) -> int:
        """Quantity × unit price, rounded half up: what the offer says."""
        return round_cents(self.quantity * self.unit_price_cents)

    @property
    def amount_cents(self) -> int:
        """What counts: gross without the tax that comes back."""
        return self.gross_cents - self.deductible_cents

    @property
    def counting_cents(self) -> int:
        """The part of the amount that may be eligible: what is admitted of it."""
        return self.amount_cents if self.admitted_cents is None else min(self.admitted_cents, self.amount_cents)


@dataclass(frozen=True)
class Financing:
    """One line of the financing plan: own, third-party, income, in-kind or grant."""

    kind: str
    amount_cents: int
    status: str = ""


@dataclass(frozen=True)
class Plan:
    """The cost plan and the financing plan."""

    costs: tuple[Cost, ...]
    financing: tuple[Financing, ...]


@dataclass(frozen=True)
class Result:
    """What a plan comes to, in cents."""

    total_cents: int  # all cost, in-kind included
    cash_cents: int
    eligible_cents: int
    own_cents: int
    third_party_cents: int
    income_cents: int
    in_kind_cents: int  # of the financing plan
    requested_cents: int
    gap_cents: int
    highest_grant_cents: int
    binding: tuple[str, ...]  # every limit that equals the highest grant: cap, eligible, gap, budget
    cap_cents: int | None
    open_cents: int  # still to finance: expenditure − financing; below zero: financed too much
    line_eligible_cents: tuple[int, ...]  # one per cost line; they add up to eligible_cents

    @property
    def in_kind_open_cents(self) -> int:
        """Unpaid work among the cost that no financing line stands for; below zero: the other way round."""
        return self.total_cents - self.cash_cents - self.in_kind_cents


def included_tax(gross_cents: int, percent: int) -> int:
    """The value-added tax contained in a gross amount, rounded half up: 19.00 of 119.00 at 19 %."""
    return round_cents(Decimal(gross_cents) * percent / (100 + percent))


def evaluate(plan: Plan, cap_cents: int | None, left_cents: int | None = None) -> Result:
    """The sums, limits and shares of a plan (DOMAIN arithmetic).

    `cap_cents` is the programme's limit per project (None: it has none), `left_cents` what the budget year has left
    (None: leave the year out, as the expected values of the sample applications do).
    """
    total = sum(cost.amount_cents for cost in plan.costs)
    cash = sum(cost.amount_cents for cost in plan.costs if not cost.in_kind)
    line_eligible = _line_eligible(plan.costs)
    eligible = sum(line_eligible)
    own, third_party, income, in_kind, requested = (
        _financed(plan, kind) for kind in (OWN, THIRD_PARTY, INCOME, IN_KIND, GRANT)
    )
    gap = max(0, cash - own - third_party - income)  # other money covers ineligible cost first
    limits = {"cap": cap_cents, "eligible": eligible, "gap": gap, "budget": left_cents}
    known = {name: max(0, limit) for name, limit in limits.items() if limit is not None}
    highest = min(known.values())
    return Result(
        total_cents=total,
        cash_cents=cash,
        eligible_cents=eligible,
        own_cents=own,
        third_party_cents=third_party,
        income_cents=income,
        in_kind_cents=in_kind,
        requested_cents=requested,
        gap_cents=gap,
        highest_grant_cents=highest,
        binding=tuple(name for name, limit in known.items() if limit == highest),
        cap_cents=cap_cents,
        open_cents=total - own - third_party - income - in_kind - requested,
        line_eligible_cents=line_eligible,
    )


def problems(
    plan: Plan, result: Result, *, start: date | None, end: date | None, received_on: date, iban: str
) -> list[str]:
    """Codes of what keeps the plan from being submitted, each judged by itself, in the documented order.

    The grant asked for is compared with cap, eligible cost and gap one by one, so every limit it breaks is named. A
    plan is balanced when cash cost equals cash financing *and* unpaid work stands on both sides alike. A missing date
    or IBAN is an empty field of the form, not a problem of the plan. A grant line of 0.00 only counts as no grant.
    """
    found = {
        "grant-above-cap": result.cap_cents is not None and result.requested_cents > result.cap_cents,
        "grant-above-eligible": result.requested_cents > result.eligible_cents,
        "grant-above-gap": result.requested_cents > result.gap_cents,
        "plan-not-balanced": result.open_cents != 0 or result.in_kind_open_cents != 0,
        "already-begun": start is not None and start < received_on,
        "iban-invalid": bool(iban) and not _iban_is_valid(iban),
        "dates-reversed": start is not None and end is not None and end < start,
        "amount-out-of-range": not _amounts_in_range(plan, result),
        "no-grant-requested": result.requested_cents <= 0,
    }
    return [code for code, is_so in found.items() if is_so]


def warnings(
    plan: Plan,
    result: Result,
    *,
    start: date | None,
    end: date | None,
    received_on: date,
    lead_time_weeks: int,
    account_holder: str,
    names: Iterable[str],
    iban: str,
    deducts: bool = False,
) -> list[str]:
    """Codes of what somebody should look at, in the documented order; none of them blocks.

    `names` are the applicant and the representatives; `deducts`: they get input tax back, so some line should contain
    some. A project that has begun does not warn of a short lead time as well, an invalid IBAN not of its bank, an
    account holder left empty not of being different.
    """
    too_soon = start is not None and received_on <= start < received_on + timedelta(weeks=lead_time_weeks)
    differs = bool(account_holder) and not any(same_person(account_holder, name) for name in names)
    of_lines = {code for cost in plan.costs for code in line_warnings(cost, start or received_on, end)}
    found = {
        "other-funding-undecided": any(line.kind == THIRD_PARTY and line.status != APPROVED for line in plan.financing),
        "lead-time-short": too_soon,
        "account-holder-differs": differs,
        **dict.fromkeys(iban_warnings(iban) if _iban_is_valid(iban) else [], True),
        "volunteer-allowance-high": "volunteer-allowance-high" in of_lines,
        "kilometre-rate-high": "kilometre-rate-high" in of_lines,
        "input-tax-missing": deducts
        and result.cash_cents > 0
        and not any(cost.deductible_cents for cost in plan.costs),
    }
    return [code for code, is_so in found.items() if is_so]


def line_warnings(cost: Cost, start: date, end: date | None) -> list[str]:
    """Those of the codes that one line of cost causes."""
    found = {
        "volunteer-allowance-high": _volunteer_allowance_is_high(cost, start, end),
        "kilometre-rate-high": _kilometre_rate_is_high(cost, start),
    }
    return [code for code, is_so in found.items() if is_so]


def _financed(plan: Plan, kind: str) -> int:
    return sum(line.amount_cents for line in plan.financing if line.kind == kind)


def _line_eligible(costs: tuple[Cost, ...]) -> tuple[int, ...]:
    """The eligible cents of each line: exact shares are summed, the sum is rounded once, and the lines foot to it.

    Largest remainder: every line is rounded down, and the missing cents go to the lines that lost most by it.
    """
    exact = [Decimal(0) if cost.in_kind else cost.counting_cents * cost.share for cost in costs]
    down = [int(value.to_integral_value(ROUND_FLOOR)) for value in exact]
    missing = round_cents(sum(exact, Decimal(0))) - sum(down)
    by_loss = sorted(range(len(costs)), key=lambda line: down[line] - exact[line])  # stable: the first line wins a tie
    gaining = set(by_loss[:missing])
    return tuple(cents + (line in gaining) for line, cents in enumerate(down))


def _amounts_in_range(plan: Plan, result: Result) -> bool:
    amounts = [
        *(cost.unit_price_cents for cost in plan.costs),
        *(cost.amount_cents for cost in plan.costs),
        *(line.amount_cents for line in plan.financing if line.kind != GRANT or line.amount_cents != 0),
    ]
    return all(MIN_CENTS <= cents <= MAX_CENTS for cents in amounts) and result.total_cents <= MAX_CENTS


def _iban_is_valid(iban: str) -> bool:
    try:
        check_iban(iban)
    except BankError:
        return False
    return True


def _volunteer_allowance_is_high(cost: Cost, start: date, end: date | None) -> bool:
    """Whether a line pays one volunteer more than is free of tax.

    The limit is one person's per calendar year, so only a line that states one person's sum can be judged: its text
    names exactly one person (1 person, eine Helferin) or names no number of people and the quantity is 1. A project
    that runs through several calendar years may pay every year's limit.
    """
    if not cost.volunteer_allowance or cost.in_kind:
        return False
    named = _PEOPLE.search(cost.what)
    one_person = _is_one(named["number"]) if named else cost.quantity == 1
    years = range(start.year, max(start, end or start).year + 1)
    limit = sum(_volunteer_limit(year, trainer=bool(_TRAINER.search(cost.what))) for year in years)
    return one_person and cost.amount_cents > limit


def _is_one(number: str) -> bool:
    return not number.isdigit() or int(number) == 1


def _volunteer_limit(year: int, *, trainer: bool) -> int:
    rows = [row for row in VOLUNTEER_LIMITS_CENTS if row[0] <= year] or VOLUNTEER_LIMITS_CENTS[:1]
    return rows[-1][2 if trainer else 1]


def _kilometre_rate_is_high(cost: Cost, on: date) -> bool:
    """Whether a line pays more per kilometre than a car costs: its text names km and it counts more than one of them.

    A lump sum (quantity 1) says nothing about a rate.
    """
    rows = [limit for since, limit in KILOMETRE_LIMITS_CENTS if since <= on] or [KILOMETRE_LIMITS_CENTS[0][1]]
    counts_kilometres = not cost.in_kind and cost.quantity > 1 and bool(_KILOMETRES.search(cost.what))
    return counts_kilometres and cost.unit_price_cents > rows[-1]
