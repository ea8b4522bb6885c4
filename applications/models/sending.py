"""What was sent in, and what somebody consented to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models.applications import Application
from applications.models.organisations import Organisation
from funding.models import Tenant, User


class Submission(Tenant):
    """What was sent in, word for word: receipt, dossier, board and letter read this, not the living draft."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "application", "number"], name="submission_number")
        ]

    @property
    def organisation(self) -> Organisation:
        """The applicant as it stood when this was sent in, for letters and payments; never to be saved."""
        names = {field.attname for field in Organisation._meta.concrete_fields}
        return Organisation(**{name: value for name, value in self.snapshot["organisation"].items() if name in names})


class Consent(Tenant):
    """A consent somebody gave by ticking a box: its own row, versioned, revocable."""

    class Kind(models.TextChoices):
        ELECTRONIC = "electronic-delivery", _("Letters may be provided for download instead of by post")
        NAME = "publish-name", _("My name may be published with the project")
        PHOTOS = "photos", _("Photos of the project may be published")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=30, choices=Kind)
    version = models.CharField(max_length=20, default="2026-11")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "application", "kind"], condition=Q(revoked_at=None), name="consent_once"
            )
        ]
