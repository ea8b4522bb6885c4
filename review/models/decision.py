"""What the town decides about an application."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application, Letter
from funding.models import Tenant, User, cents_field
from funding.policies import Role


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: Any) -> DecisionQuerySet:
        """Before its letter is out a decision is known to those who decide and prepare, and to the auditor.

        Never to somebody of the applicant, whatever they do for the town (§ 20 VwVfG).
        """
        if not getattr(user, "is_authenticated", False):
            return self.none()
        inside = self.filter(municipality__in=user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR))
        return inside.exclude(application__organisation__memberships__user=user).order_by("pk")

    def with_case(self) -> DecisionQuerySet:
        return self.select_related("application__organisation", "application__programme", "application__municipality")

    def prepared(self) -> DecisionQuerySet:
        return self.filter(released_at=None).order_by("pk")


class Decision(Tenant):
    """What the town decides: prepared first, seen by nobody outside until it is released with its letter."""

    class Kind(models.TextChoices):
        AWARD = "award", _("Award")
        REJECT = "reject", _("Reject")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=Kind)
    amount_cents = cents_field(default=0)
    conditions = models.TextField(blank=True, help_text="Conditions (Bedingungen)")
    obligations = models.TextField(blank=True, help_text="Obligations (Auflagen)")
    reasons = models.TextField(help_text="For the applicant: by the published criteria")
    deviation_reason = models.TextField(blank=True, help_text="Why the board's recommendation is not followed")
    overrule_reason = models.TextField(blank=True, help_text="Why it is awarded although a usage proof is overdue")
    reserved_cents = cents_field(default=0, help_text="What of it is reserved in the pot")
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords()
    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "application"], name="decision_once")]

    @property
    def is_released(self) -> bool:
        return self.released_at is not None
