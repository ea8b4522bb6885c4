"""How much of a programme's money of a year is still free, as everybody may know it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from budgets.models import BudgetYear
from funding.models import Programme


@dataclass(frozen=True)
class Meter:
    """Amounts in cents. A prepared decision holds money nobody outside may know of: only promised money is gone."""

    year: int
    total_cents: int
    free_cents: int

    @property
    def mark(self) -> str:
        """Tells one reading from another: an open page asks again with the mark of what it shows."""
        return f"{self.year}-{self.free_cents}-{self.total_cents}"

    @property
    def segments(self) -> list[dict[str, object]]:
        """For `bar_parts`."""
        return [
            {"label": _("Still free"), "cents": self.free_cents, "tone": "brand"},
            {"label": _("Promised to projects"), "cents": max(0, self.total_cents - self.free_cents), "tone": "rest"},
        ]


def read(programme: Programme, year: int) -> Meter | None:
    """The reading for a year; None where no budget was entered."""
    if not programme.budget_per_year_cents:
        return None
    pot = BudgetYear.objects.filter(programme=programme, year=year).first()
    if pot is None:  # nobody has opened this year yet
        return Meter(year, programme.budget_per_year_cents, programme.budget_per_year_cents)
    balances = pot.balances
    return Meter(year, balances.allocated_cents + balances.carried_in_cents, balances.not_awarded_cents)
