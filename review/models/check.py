"""The formal check: the officer's answer to every point of the programme's checklist."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application
from funding.models import Tenant, User


class CheckResult(Tenant):
    """The officer's answer to one point of the programme's checklist."""

    class Result(models.TextChoices):
        YES = "yes", _("in order")
        NO = "no", _("not in order")
        NOT_NEEDED = "not-needed", _("not needed")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="check_results")
    item = models.CharField(max_length=40)
    result = models.CharField(max_length=20, choices=Result, blank=True)
    note = models.TextField(blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "application", "item"], name="check_result_once")
        ]
