"""Who helped to write an application at the counter, and how the applicant confirmed it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models.applications import Application
from applications.models.files import Upload
from funding.models import Tenant, User


class Assistance(Tenant):
    """An officer wrote for somebody who sat in front of them; that person confirms by code or by signature."""

    class How(models.TextChoices):
        CODE = "code", _("by code")
        SIGNATURE = "signature", _("by signature")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="assistances")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(blank=True, help_text="Where the code goes")
    begun_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    code_mark = models.CharField(max_length=64, blank=True, help_text="Fingerprint of what was read back")
    code_sent_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    confirmed = models.CharField(max_length=10, choices=How, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    signed = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords(excluded_fields=["code_hash"])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "application"], name="assistance_once")]

    @property
    def as_confirmed(self) -> dict[str, Any]:
        """How it was confirmed, for the frozen submission."""
        at = cast(datetime, self.confirmed_at)  # it was confirmed in the same act
        return {"how": self.confirmed, "at": at.isoformat(), "officer": self.officer_id}
