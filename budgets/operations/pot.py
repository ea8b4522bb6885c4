"""The year's pot: an append-only ledger, what is reserved, and the proof that every figure follows from its entries.

Lock order: case, budget year, head of the event chain (the last is taken by `@writes` itself).
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from budgets import policies, rules
from budgets.models import BALANCES, BudgetYear, Grant, LedgerEntry
from funding import clock
from funding.gate import Refused, Stale, record, save_with_history, writes
from funding.models import Programme
from funding.money import decimal_string, format_eur
from funding.policies import is_system

OUTSTANDING = {"commit": 1, "release": -1, "pay": -1, "unpay": 1, "carry_over": -1}


class Overdrawn(Refused):
    """The year has not enough free money; `free_cents` and `wanted_cents` say by how much."""

    def __init__(self, free_cents: int, wanted_cents: int) -> None:
        super().__init__(
            _("The pot does not suffice: %(free)s are free, %(wanted)s are needed. Nothing was changed.")
            % {"free": format_eur(free_cents), "wanted": format_eur(wanted_cents)}
        )
        self.free_cents, self.wanted_cents = free_cents, wanted_cents


def lock_year(year: BudgetYear) -> BudgetYear:
    """The pot, locked: nobody else moves its money until the unit of work ends."""
    return BudgetYear.objects.select_for_update().get(pk=year.pk)


@writes
def post(
    year: BudgetYear,
    kind: str,
    cents: int,
    *,
    by: Any,
    application: Application | None = None,
    ground: str = "",
) -> LedgerEntry:
    """Append one entry to the ledger of a year, with the balances after it.

    Raises Overdrawn when free money would fall below zero, Refused when another part would (paying more than is
    outstanding, cutting more than was allocated), ValueError for an unknown kind or an amount that is not positive.
    """
    if kind not in rules.KINDS or cents <= 0:
        raise ValueError(f"no movement: {kind} of {cents} cents")
    year = lock_year(year)
    last = year.entries.order_by("-number").first()
    before = last.balances if last else rules.Balances()
    try:
        balances = rules.after(before, kind, cents, year_open=year.is_open)
    except rules.OverdrawnError as error:
        raise Overdrawn(error.free, error.wanted) from None
    except ValueError:
        raise Refused(_contradiction(before, kind, cents)) from None
    entry = LedgerEntry.objects.create(
        municipality_id=year.municipality_id,
        budget_year=year,
        number=(last.number if last else 0) + 1,
        at=clock.now(),
        by=by if getattr(by, "pk", None) else None,
        kind=kind,
        amount_cents=cents,
        application=application,
        ground=ground[:300],
        free_cents=balances.free_cents,
        **{f"{name}_cents": getattr(balances, f"{name}_cents") for name in BALANCES},
    )
    record(
        year.municipality_id,
        f"ledger.{kind}",
        entry,
        by=by,
        details={"year": year.year, "number": entry.number, "cents": cents},
    )
    return entry


def _contradiction(before: rules.Balances, kind: str, cents: int) -> Any:
    """Why a movement contradicts what stands in the ledger, as a sentence for whoever tried it."""
    if kind == "cut":
        return _("Only %s were allocated to this year; it cannot be cut by more. Nothing was changed.") % format_eur(
            before.allocated_cents
        )
    return _(
        "The ledger of this year does not allow %(amount)s here: %(outstanding)s are still to be paid in it, "
        "%(reserved)s are reserved. Nothing was changed."
    ) % {
        "amount": format_eur(cents),
        "outstanding": format_eur(before.outstanding_cents),
        "reserved": format_eur(before.reserved_cents),
    }


@writes
def open_year(programme: Programme, year: int, *, by: Any) -> BudgetYear:
    """The pot of a year, made with the programme's yearly budget if it does not exist. Raises PermissionDenied."""
    if not (policies.may_open_year(programme, by) or is_system(programme, by)):
        raise PermissionDenied("only the officer opens a year")
    return _made(programme, year, by=by)


def _made(programme: Programme, year: int, *, by: Any) -> BudgetYear:
    pot, created = BudgetYear.objects.get_or_create(
        municipality_id=programme.municipality_id, programme=programme, year=year
    )
    if created and programme.budget_per_year_cents:
        post(pot, "allocate", programme.budget_per_year_cents, by=by, ground=programme.basis)
    return pot


def pot_of(application: Application, *, by: Any) -> BudgetYear:
    """The pot a case is charged to: wholly that of its budget year (DOMAIN section 8)."""
    if application.year is None:
        raise Refused(_("The project needs a start date: its money comes from the budget of that year."))
    return _made(application.programme, application.year, by=by)


@writes
def move_year(year: BudgetYear, kind: str, cents: int, *, ground: str, by: Any, after_number: int) -> LedgerEntry:
    """Supplement or cut a pot, with its ground. `after_number` is the last entry the person saw.

    Raises PermissionDenied, Stale when the ledger has moved since (a second click, somebody else), Overdrawn and
    Refused as `post`, and Refused for a closed year.
    """
    if not policies.may_move_year(year, by):
        raise PermissionDenied("only the decider moves the pot")
    if kind not in ("supplement", "cut"):
        raise ValueError(f"not a movement of the whole pot: {kind}")
    locked = lock_year(year)
    if not locked.is_open:
        raise Refused(_("The budget year %s is closed.") % locked.year)
    if last_number(locked) != after_number:
        raise Stale
    return post(locked, kind, cents, by=by, ground=ground)


def last_number(year: BudgetYear) -> int:
    """The number of the last ledger entry, 0 for an empty ledger."""
    return year.entries.order_by("-number").values_list("number", flat=True).first() or 0


@writes
def block_year(year: BudgetYear, *, blocked: bool, ground: str, by: Any) -> BudgetYear:
    """Block a pot while its budget is provisional (§ 82 GO NRW), or lift that. Raises PermissionDenied, Refused."""
    if not policies.may_move_year(year, by):
        raise PermissionDenied("only the decider blocks the pot")
    locked = lock_year(year)
    if locked.blocked == blocked:
        raise Refused(_("Somebody has already done this."))
    locked.blocked = blocked
    save_with_history(locked, by=by, reason=ground)
    record(
        locked.municipality_id, "year.block" if blocked else "year.unblock", locked, by=by, details={"ground": ground}
    )
    return locked


def _held(application: Application, kind: str, undone_by: str) -> int:
    entries = application.ledger_entries.filter(kind__in=[kind, undone_by]).values_list("kind", "amount_cents")
    return sum(cents if entry == kind else -cents for entry, cents in entries)


def reserved_cents(application: Application) -> int:
    """What is reserved in the pot for a case and neither lifted nor committed."""
    return _held(application, "reserve", "unreserve")


def outstanding_cents(application: Application) -> int:
    """What is committed for a case and neither paid nor released nor carried over."""
    entries = application.ledger_entries.filter(kind__in=OUTSTANDING).values_list("kind", "amount_cents")
    return sum(OUTSTANDING[kind] * cents for kind, cents in entries)


@writes
def reserve(application: Application, cents: int, *, by: Any) -> int:
    """Hold money for a prepared decision, replacing what was held before; 0 lifts the reservation.

    Returns what is held now: nothing when the pot has too little left (the decision can then only be prepared).
    """
    year = pot_of(application, by=by)
    held = reserved_cents(application)
    if held == cents:
        return held
    if held:
        post(year, "unreserve", held, by=by, application=application)
    if not cents:
        return 0
    year = lock_year(year)
    if not year.is_open or year.balances.free_cents < cents:
        return 0
    post(year, "reserve", cents, by=by, application=application)
    return cents


@writes
def release_all_but(grant: Grant, kept_cents: int, *, by: Any, ground: str) -> None:
    """Give back what is outstanding for a grant, but for what is still to be paid.

    It becomes free while the year is open, afterwards it lapses (rules.after).
    """
    lock_year(grant.budget_year)
    cents = outstanding_cents(grant.application) - kept_cents
    if cents > 0:
        post(grant.budget_year, "release", cents, by=by, application=grant.application, ground=ground)


# --- Verification -----------------------------------------------------------------------------------------------------


def verify_ledger(year: BudgetYear) -> str | None:
    """Recompute a pot from its entries and compare it with its grants; None when all agree, else the first mismatch.

    The sentence is for the log of an administrator: it names the year, the entry and both figures.
    """
    problem = next(_entry_mismatches(year), None) or next(_grant_mismatches(year), None)
    return f"{year.municipality.slug}: {year}: {problem}" if problem else None


def _entry_mismatches(year: BudgetYear) -> Iterator[str]:
    before = rules.Balances()
    for number, entry in enumerate(year.entries.order_by("number", "pk").iterator(), start=1):
        if entry.number != number:
            yield f"entry {number} is missing"
        try:
            # In an open year money that comes back is free; entries written before the year was closed stay so.
            ways = [rules.after(before, entry.kind, entry.amount_cents, year_open=state) for state in (True, False)]
        except (rules.OverdrawnError, ValueError) as error:
            yield f"entry {number} is impossible: {error}"
            return
        allowed = ways[:1] if year.is_open else ways
        if entry.balances not in allowed:
            for name in BALANCES:
                stored, computed = (getattr(b, f"{name}_cents") for b in (entry.balances, allowed[0]))
                if stored != computed:
                    yield f"entry {number}: {name} is {decimal_string(stored)}, recomputed {decimal_string(computed)}"
        if entry.free_cents != entry.balances.free_cents:
            computed = entry.balances.free_cents
            yield f"entry {number}: free is {decimal_string(entry.free_cents)}, recomputed {decimal_string(computed)}"
        before = entry.balances


def _grant_mismatches(year: BudgetYear) -> Iterator[str]:
    sums: dict[int | None, dict[str, int]] = {}
    for case, kind, cents in year.entries.values_list("application_id", "kind", "amount_cents"):
        of_case = sums.setdefault(case, {})
        of_case[kind] = of_case.get(kind, 0) + cents
    grants = year.grants.select_related("application").prefetch_related("payments", "repayments").order_by("pk")
    for grant in grants:
        ledger = sums.get(grant.application_id, {})
        pairs = {
            "committed": (ledger.get("commit", 0), grant.amount_cents),
            "paid": (ledger.get("pay", 0) - ledger.get("unpay", 0), grant.paid_cents),
            "repaid": (ledger.get("repay", 0), grant.repaid_cents),
        }
        for name, (stored, computed) in pairs.items():
            if stored != computed:
                number = grant.application.file_number
                yield f"{number}: {name} is {decimal_string(stored)}, recomputed {decimal_string(computed)}"
