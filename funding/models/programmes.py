"""Funding programmes with their kinds of cost and their rounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from funding.models.towns import Tenant, cents_field
from funding.presentation import Presentation

# The points of the formal check of a programme that names none of its own; labels and findings: review/checklist.py.
DEFAULT_CHECKLIST = ["applicant", "place", "not-begun", "plan", "categories", "other-funding", "attachments"]


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def with_rounds(self) -> ProgrammeQuerySet:
        return self.prefetch_related("rounds", "categories")

    def in_order(self) -> ProgrammeQuerySet:
        return self.order_by("municipality__name", "name", "pk")


class Programme(Presentation, Tenant):
    """A funding programme: what a town pays for, up to how much, and by which rules.

    Amounts in cents. Defaults follow docs/decisions.md; a town's guideline may set others.
    """

    class Financing(models.TextChoices):
        GAP = "gap", _("Gap financing")
        SHARE = "share", _("Share financing")
        FIXED = "fixed", _("Fixed amount")
        FULL = "full", _("Full financing")

    class Tie(models.TextChoices):
        LEADER = "leader", _("The person leading decides")
        REJECTED = "rejected", _("A tie is a rejection")

    class PaymentMode(models.TextChoices):
        ON_CALL = "on-call", _("On call for funds")
        WHEN_BINDING = "when-binding", _("One sum when the letter is binding")

    slug = models.SlugField()
    name = models.CharField(max_length=200)
    basis = models.CharField(max_length=300, help_text="The guideline a letter cites")
    summary = models.TextField(blank=True)
    cap_per_project_cents = cents_field(null=True, blank=True)
    budget_per_year_cents = cents_field(null=True, blank=True)
    decided_by = models.CharField(max_length=50, default="town")
    board = models.CharField(max_length=100, blank=True)
    board_meetings_per_year = models.PositiveSmallIntegerField(null=True, blank=True)
    without_board_cents = cents_field(
        null=True, blank=True, help_text="Asked for up to this much, the board may be skipped; empty: never"
    )
    financing = models.CharField(max_length=10, choices=Financing, default=Financing.GAP)
    payment_mode = models.CharField(max_length=20, choices=PaymentMode, default=PaymentMode.ON_CALL)
    proof_due_months = models.PositiveSmallIntegerField(default=3)
    lead_time_weeks = models.PositiveSmallIntegerField(default=6)
    answer_days = models.PositiveSmallIntegerField(default=21, help_text="Days an applicant has to answer a return")
    decision_weeks = models.PositiveSmallIntegerField(default=10, help_text="Promised weeks from receipt to decision")
    minor_change_cents = cents_field(default=50_000)
    small_claim_cents = cents_field(default=2_500)
    short_form_cents = cents_field(default=200_000)
    in_kind_hour_cents = cents_field(default=2_000)
    category_tolerance_percent = models.PositiveSmallIntegerField(default=20)
    notice_days = models.PositiveSmallIntegerField(default=7, help_text="Days from invitation to meeting")
    tie = models.CharField(max_length=10, choices=Tie, default=Tie.LEADER)
    individuals_may_apply = models.BooleanField(default=True)
    evaluation = models.CharField(max_length=200, blank=True)
    concept_fit = models.JSONField(default=list, blank=True)
    taxonomies = models.JSONField(default=dict, help_text="action_fields, cross_cutting_fields, life_phases, districts")
    checklist = models.JSONField(default=list, help_text="Codes of the formal check, in order")
    criteria = models.JSONField(default=list, help_text="Published award criteria, in order")
    prizes = models.JSONField(default=list, blank=True)
    attachments = models.JSONField(default=list, blank=True, help_text="Wanted files: slug, name, mandatory")
    history = HistoricalRecords()
    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "slug"], name="programme_slug"),
            models.CheckConstraint(
                condition=models.Q(financing__in=["gap", "share", "fixed", "full"]), name="programme_financing"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def missing_for_round(self) -> list[Any]:
        """What must be entered before people can apply: without a cap, a budget and categories nothing adds up."""
        needed = {
            _("the highest grant per project"): self.cap_per_project_cents is not None,
            _("the budget per year"): self.budget_per_year_cents is not None,
            _("the cost categories"): bool(self.categories.all()),
        }
        return [name for name, there in needed.items() if not there]


class Category(Tenant):
    """A kind of cost and the share of it that counts towards a grant (0 to 1)."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="categories")
    position = models.PositiveSmallIntegerField()
    slug = models.SlugField()
    name = models.CharField(max_length=200)
    eligible_share = models.DecimalField(
        max_digits=5, decimal_places=4, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]
    )
    volunteer_allowance = models.BooleanField(default=False, help_text="Paid to volunteers, up to a sum free of tax")
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "programme", "slug"], name="category_slug")]

    def __str__(self) -> str:
        return self.name


class RoundQuerySet(models.QuerySet["Round"]):
    def open_on(self, day: Any) -> RoundQuerySet:
        return self.filter(opens_on__lte=day, closes_on__gte=day).order_by("closes_on", "pk")

    def opening_after(self, day: Any) -> RoundQuerySet:
        return self.filter(opens_on__gt=day).order_by("opens_on", "pk")


class Round(Tenant):
    """A period in which people may apply (Antragsrunde), with the dates promised to them."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="rounds")
    name = models.CharField(max_length=100)
    opens_on = models.DateField()
    closes_on = models.DateField()
    board_meets_on = models.DateField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    history = HistoricalRecords()
    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "programme", "name"], name="round_name"),
            models.CheckConstraint(condition=models.Q(closes_on__gte=models.F("opens_on")), name="round_dates"),
        ]

    def __str__(self) -> str:
        return self.name
