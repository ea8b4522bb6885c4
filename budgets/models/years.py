"""The year's pot and its ledger."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application
from budgets import rules
from funding.models import Programme, Tenant, User, cents_field
from funding.policies import Role

BALANCES = (
    "allocated",
    "carried_in",
    "reserved",
    "committed",
    "paid",
    "repaid",
    "released",
    "carried_over",
    "lapsed",
)


class BudgetYearQuerySet(models.QuerySet["BudgetYear"]):
    def visible_to(self, user: Any) -> BudgetYearQuerySet:
        """The pots of the towns whose money this person works on."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        roles = (Role.OFFICER, Role.DECIDER, Role.VERIFIER, Role.AUTHORISER, Role.CASHIER, Role.AUDITOR)
        return self.filter(municipality__in=user.towns_as(*roles)).order_by("-year", "programme__name", "pk")

    def with_free(self) -> BudgetYearQuerySet:
        """With what is free and what was given, as the last ledger entry left it."""
        last = LedgerEntry.objects.filter(budget_year=OuterRef("pk")).order_by("-number")
        return self.select_related("programme", "municipality").annotate(
            free_cents=Coalesce(Subquery(last.values("free_cents")[:1]), 0),
            given_cents=Coalesce(Subquery(last.values("allocated_cents")[:1]), 0)
            + Coalesce(Subquery(last.values("carried_in_cents")[:1]), 0),
        )


class BudgetYear(Tenant):
    """The pot of one programme in one year; locking this row serialises everything that touches its money."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField()
    is_open = models.BooleanField(default=True)
    blocked = models.BooleanField(default=False, help_text="Provisional budget: decisions can be prepared only")
    history = HistoricalRecords()
    objects = BudgetYearQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "programme", "year"], name="budget_year_once")]

    def __str__(self) -> str:
        return f"{self.programme} {self.year}"

    @property
    def balances(self) -> rules.Balances:
        """The pot as its last ledger entry left it (one query)."""
        last = self.entries.order_by("-number").first()
        return last.balances if last else rules.Balances()


class LedgerEntry(Tenant):
    """One movement of the pot with the balances after it; never updated, never deleted. Amounts in cents."""

    class Kind(models.TextChoices):
        ALLOCATE = "allocate", _("Allocated")
        SUPPLEMENT = "supplement", _("Supplemented")
        CUT = "cut", _("Cut")
        CARRY_IN = "carry_in", _("Carried in")
        RESERVE = "reserve", _("Reserved")
        UNRESERVE = "unreserve", _("Reservation lifted")
        COMMIT = "commit", _("Committed")
        RELEASE = "release", _("Released")
        PAY = "pay", _("Paid")
        UNPAY = "unpay", _("Payment came back")
        REPAY = "repay", _("Repaid")
        CARRY_OVER = "carry_over", _("Carried over")
        LAPSE = "lapse", _("Lapsed")

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    amount_cents = cents_field()
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_entries"
    )
    ground = models.CharField(max_length=300, blank=True)
    allocated_cents = cents_field()
    carried_in_cents = cents_field()
    reserved_cents = cents_field()
    committed_cents = cents_field()
    paid_cents = cents_field()
    repaid_cents = cents_field()
    released_cents = cents_field()
    carried_over_cents = cents_field()
    lapsed_cents = cents_field()
    free_cents = cents_field()

    class Meta:
        ordering = ["budget_year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "budget_year", "number"], name="ledger_number"),
            models.CheckConstraint(condition=Q(free_cents__gte=0), name="ledger_free_not_negative"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="ledger_amount_positive"),
            models.CheckConstraint(
                condition=Q(
                    free_cents=F("allocated_cents")
                    + F("carried_in_cents")
                    + F("released_cents")
                    - F("reserved_cents")
                    - F("committed_cents")
                    - F("lapsed_cents")
                ),
                name="ledger_free_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "application"], name="ledger_application")]

    @property
    def balances(self) -> rules.Balances:
        return rules.Balances(**{f"{name}_cents": getattr(self, f"{name}_cents") for name in BALANCES})
