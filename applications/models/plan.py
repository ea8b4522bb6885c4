"""The lines of a plan: what it costs and where the money comes from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications import rules
from applications.models.applications import Application
from funding.models import Category, Tenant, cents_field


class CostLine(Tenant):
    """One line of the cost plan: quantity × unit price of one category."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="costs")
    position = models.PositiveSmallIntegerField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="cost_lines")
    what = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=10, decimal_places=3, default=1)
    unit_price_cents = cents_field()
    in_kind = models.BooleanField(default=False)
    tax_percent = models.PositiveSmallIntegerField(default=0, help_text="Rate of the tax in it, where all comes back")
    deductible_cents = cents_field(default=0, help_text="Input tax in it that the applicant gets back")
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]

    def as_rule(self) -> rules.Cost:
        return rules.Cost(
            category=self.category.slug,
            share=self.category.eligible_share,
            volunteer_allowance=self.category.volunteer_allowance,
            quantity=self.quantity,
            unit_price_cents=self.unit_price_cents,
            in_kind=self.in_kind,
            deductible_cents=self.deductible_cents,
            what=self.what,
        )

    @property
    def gross_cents(self) -> int:
        return self.as_rule().gross_cents

    @property
    def amount_cents(self) -> int:
        return self.as_rule().amount_cents


class FinancingLine(Tenant):
    """One line of the financing plan."""

    class Kind(models.TextChoices):
        OWN = "own", _("Own money")
        THIRD_PARTY = "third-party", _("Other funders")
        INCOME = "income", _("Income")
        IN_KIND = "in-kind", _("Unpaid work")
        GRANT = "grant", _("Grant asked for")

    class Status(models.TextChoices):
        NONE = "", _("–")
        APPLIED = "applied", _("applied for")
        APPROVED = "approved", _("approved")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="financing")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    what = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, blank=True, default="")
    amount_cents = cents_field()
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["own", "third-party", "income", "in-kind", "grant"]), name="financing_kind"
            )
        ]

    def as_rule(self) -> rules.Financing:
        return rules.Financing(kind=self.kind, amount_cents=self.amount_cents, status=self.status)
