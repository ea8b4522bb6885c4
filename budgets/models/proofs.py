"""Usage proofs and how they were settled."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from applications.models import Letter, Organisation, Upload
from budgets import rules
from budgets.models.grants import Grant
from budgets.workflow import GrantState, ProofState, UsageProofWorkflow
from funding.models import Category, Tenant, User, cents_field


class UsageProofQuerySet(models.QuerySet["UsageProof"]):
    def visible_to(self, user: Any) -> UsageProofQuerySet:
        return self.filter(grant__in=Grant.objects.visible_to(user)).order_by("-pk")

    def overdue(self, day: datetime.date) -> UsageProofQuerySet:
        """Due before this day and still with the recipient of a grant that runs."""
        owed = self.filter(state__in=(ProofState.OPEN, ProofState.RETURNED), grant__state=GrantState.ACCEPTED)
        return owed.filter(grant__proof_due_on__lt=day).order_by("grant__proof_due_on", "pk")

    def with_case(self) -> UsageProofQuerySet:
        return self.select_related("grant__application__programme", "grant__letter", "organisation", "municipality")


class UsageProof(UsageProofWorkflow, Tenant):
    """What a group did with the money: a short report, numbers, what was spent. Amounts in cents."""

    move_url = "budgets:proof_move"

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="proofs")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    report = models.TextField(blank=True)
    goals_reached = models.TextField(blank=True)
    participants = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(1_000_000)])
    volunteers = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(1_000_000)])
    own_cents = cents_field(default=0)
    third_party_cents = cents_field(default=0)
    income_cents = cents_field(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    history = HistoricalRecords()
    objects = UsageProofQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "grant"], name="proof_once"),
            models.CheckConstraint(condition=Q(state__in=ProofState.values), name="proof_state"),
        ]

    def is_overdue(self, day: datetime.date) -> bool:
        """The same of one proof: due before this day, and still with the recipient of a grant that runs."""
        runs = self.grant.state == GrantState.ACCEPTED
        return runs and self.state in (ProofState.OPEN, ProofState.RETURNED) and self.grant.proof_due_on < day

    @property
    def case_id(self) -> int:
        return self.grant.application_id

    @property
    def spent_cents(self) -> int:
        return sum(line.spent_cents for line in self.lines.all())

    @property
    def eligible_cents(self) -> int:
        """Actual eligible cost: what was admitted (before the check: spent) times the category's share."""
        return rules.eligible([(line.counted_cents, line.category.eligible_share) for line in self.lines.all()])


class ProofLine(Tenant):
    """What was spent in one category, beside what was planned; the officer may admit less, with a reason."""

    proof = models.ForeignKey(UsageProof, on_delete=models.CASCADE, related_name="lines")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    planned_cents = cents_field()
    spent_cents = cents_field(default=0, help_text="Without input tax that the recipient gets back")
    deductible_cents = cents_field(default=0, help_text="That tax; the receipts show both together")
    admitted_cents = cents_field(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "proof", "category"], name="proof_line_once"),
        ]

    @property
    def counted_cents(self) -> int:
        return self.spent_cents if self.admitted_cents is None else self.admitted_cents


class Receipt(Tenant):
    """One line of the list of receipts (Belegliste); the picture is optional unless it is sampled."""

    proof = models.ForeignKey(UsageProof, on_delete=models.CASCADE, related_name="receipts")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    paid_on = models.DateField()
    payee = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    amount_cents = cents_field()
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["paid_on", "pk"]


class Settlement(Tenant):
    """How a usage proof was settled, with every step of the arithmetic; frozen with its letter."""

    proof = models.ForeignKey(UsageProof, on_delete=models.PROTECT, related_name="settlements")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    grant_cents = cents_field()
    steps = models.JSONField(help_text="[code, cents] in the order of the calculation")
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "proof"], name="settlement_once")]
