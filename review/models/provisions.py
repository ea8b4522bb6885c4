"""The town's library of ancillary provisions (§ 36 VwVfG): what a decision may be made subject to."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from funding.models import Tenant
from funding.policies import Role


class ProvisionQuerySet(models.QuerySet["Provision"]):
    def visible_to(self, user: Any) -> ProvisionQuerySet:
        """The libraries of the towns this person prepares, decides, administers or audits for."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        towns = user.towns_as(Role.OFFICER, Role.DECIDER, Role.ADMINISTRATOR, Role.AUDITOR)
        return self.filter(municipality__in=towns).in_order()

    def offered(self) -> ProvisionQuerySet:
        return self.filter(offered=True).in_order()

    def in_order(self) -> ProvisionQuerySet:
        return self.order_by("municipality", "kind", "position", "pk")


class Provision(Tenant):
    """A condition or an obligation as the town words it, with placeholders; never deleted, only no longer offered."""

    class Kind(models.TextChoices):
        CONDITION = "condition", _("Condition (Bedingung)")
        OBLIGATION = "obligation", _("Obligation (Auflage)")

    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=100, help_text="What it is called in the list to pick from")
    text = models.TextField(help_text="German, as it stands in the letter, with placeholders")
    position = models.PositiveSmallIntegerField(default=0)
    offered = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    history = HistoricalRecords()
    objects = ProvisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "kind", "title"], name="provision_title")]

    def __str__(self) -> str:
        return self.title
