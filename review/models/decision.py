"""What the town decides about an application."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application, Letter
from funding.models import Tenant, User, cents_field
from funding.policies import Role
from review.models.board import Recommendation
from review.models.provisions import Provision


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: Any) -> DecisionQuerySet:
        """Before its letter is out a decision is known to those who decide and prepare, and to the auditor.

        Never to somebody of the applicant or who declared bias, whatever they do for the town (§ 20 VwVfG).
        """
        if not getattr(user, "is_authenticated", False):
            return self.none()
        inside = self.filter(municipality__in=user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR))
        inside = inside.exclude(application__in=user.withheld_cases)
        return inside.exclude(application__organisation__memberships__user=user).order_by("pk")

    def with_case(self) -> DecisionQuerySet:
        return self.select_related(
            "application__organisation", "application__programme", "application__municipality", "recommendation"
        )

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
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Decided on it"
    )
    provisions = models.JSONField(
        default=list, blank=True, help_text="Ancillary provisions in order: kind, source, template, entered, text"
    )
    grounds = models.JSONField(default=list, blank=True, help_text="Published criteria with a sentence each")
    reasons = models.TextField(blank=True, help_text="For the applicant: what is to be said beside the criteria")
    next_step = models.TextField(blank=True, help_text="For the applicant, after a rejection")
    deviation_reason = models.TextField(blank=True, help_text="Why the board's recommendation is not followed")
    overrule_reason = models.TextField(blank=True, help_text="Why it is awarded although a usage proof is overdue")
    version = models.PositiveIntegerField(default=0, editable=False)
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

    def _texts(self, kind: str) -> list[str]:
        return [provision["text"] for provision in self.provisions if provision["kind"] == kind]

    @property
    def conditions(self) -> list[str]:
        """Bedingungen, a finished sentence each (§ 36 (2) no. 2 VwVfG)."""
        return self._texts(Provision.Kind.CONDITION)

    @property
    def obligations(self) -> list[str]:
        """Auflagen, a finished sentence each (§ 36 (2) no. 4 VwVfG)."""
        return self._texts(Provision.Kind.OBLIGATION)

    @property
    def reason_lines(self) -> list[str]:
        """The reasons for the applicant, a line each: the criteria they apply, then what else is to be said."""
        applied = [f"{ground['criterion'].rstrip('.:')}: {ground['text']}" for ground in self.grounds]
        return [*applied, *(line.strip() for line in self.reasons.splitlines() if line.strip())]

    @property
    def board_was_skipped(self) -> bool:
        """The board was not asked, because the programme leaves sums this small to the town alone."""
        return self.recommendation is not None and self.recommendation.kind == Recommendation.Kind.SKIPPED

    @property
    def is_released(self) -> bool:
        return self.released_at is not None
