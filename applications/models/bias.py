"""Staff who are biased in a case (§§ 20, 21 VwVfG)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from applications.models.applications import Application
from funding.models import Tenant, User


class StaffBias(Tenant):
    """Somebody who works for the town declared bias in one case: until it is withdrawn no role of theirs counts there.

    Members of the advisory board declare theirs on the agenda (`review.BiasDeclaration`).
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="biases")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="biases")
    reason = models.TextField()
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    declared_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "application", "user"], condition=Q(withdrawn_at=None), name="staff_bias_once"
            )
        ]
