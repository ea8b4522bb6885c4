"""What a set of prepared decisions takes from each pot, beside what that pot has free."""

from collections.abc import Iterable
from dataclasses import dataclass

from budgets.models import BudgetYear
from review.models import Decision


@dataclass
class Pot:
    """One programme's year and the awards that would be charged to it, in cents."""

    name: str
    free_cents: int
    blocked: bool = False
    is_open: bool = True
    awards: int = 0
    wanted_cents: int = 0

    @property
    def left_cents(self) -> int:
        return self.free_cents - self.wanted_cents


def pots_of(decisions: Iterable[Decision]) -> list[Pot]:
    """The pots of the awards among these decisions; what is held for them counts as free. One query."""
    awards = [decision for decision in decisions if decision.kind == Decision.Kind.AWARD]
    cases = [decision.application for decision in awards]
    known = BudgetYear.objects.filter(
        programme__in={case.programme_id for case in cases}, year__in={case.year for case in cases if case.year}
    )
    opened = {(year.programme_id, year.year): year for year in known.with_free()} if cases else {}
    found: dict[tuple[int, int | None], Pot] = {}
    for decision in awards:
        case = decision.application
        key = (case.programme_id, case.year)
        if key not in found:
            year = opened.get((case.programme_id, case.year or 0))
            free = year.free_cents if year else case.programme.budget_per_year_cents or 0  # type: ignore[attr-defined]
            found[key] = Pot(f"{case.programme} {case.year or '–'}", free)
            if year:
                found[key].blocked, found[key].is_open = year.blocked, year.is_open
        pot = found[key]
        pot.awards += 1
        pot.wanted_cents += decision.amount_cents
        pot.free_cents += decision.reserved_cents
    return list(found.values())
