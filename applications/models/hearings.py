"""Hearings: before the town decides against somebody, they are told and asked (§ 28 VwVfG)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models.applications import Application
from applications.models.files import Letter
from funding import clock
from funding.models import Tenant, User


class HearingQuerySet(models.QuerySet["Hearing"]):
    def with_letter(self) -> HearingQuerySet:
        return self.select_related("letter").defer("letter__content")


class Hearing(Tenant):
    """What the town thinks of doing and why, by when they may answer, and what they said."""

    class About(models.TextChoices):
        REFUSAL = "refusal", _("Refusal of the application")
        REVOCATION = "revocation", _("Revocation of the grant")
        REPAYMENT = "repayment", _("Claiming money back")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="hearings")
    about = models.CharField(max_length=20, choices=About)
    grounds = models.TextField()
    answer_by = models.DateField()
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="hearings")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords()
    objects = HearingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_about_display()}: {self.application}"

    @property
    def is_over(self) -> bool:
        """They answered; or the letter reached them and their time is over. Then the town may decide."""
        if self.answered_at is not None:
            return True
        return self.letter.notified_on is not None and self.answer_by < clock.today()
