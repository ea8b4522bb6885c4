"""`manage.py verify_ledger`: recompute every year's pot from its entries and name the first mismatch."""

from typing import Any

from django.core.management.base import CommandError

from budgets.models import BudgetYear
from budgets.operations import verify_ledger
from funding.site.management.base import BaseCommand


class Command(BaseCommand):
    help = "Recompute every pot from its ledger; exit 1 with a sentence when a figure does not follow from its entries."

    def handle(self, *args: Any, **options: Any) -> None:
        years = BudgetYear.objects.select_related("programme", "municipality").order_by("municipality_id", "year", "pk")
        for year in years:
            if problem := verify_ledger(year):
                raise CommandError(problem)
        self.stdout.write(f"{len(years)} budget years, every figure follows from its entries.")
