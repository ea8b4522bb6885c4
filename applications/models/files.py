"""Files people hand in, and the letters of a case."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications import uploads
from applications.models.applications import Application
from funding.models import Tenant, User, token


class Upload(Tenant):
    """A file somebody handed in, parsed and written anew before it is stored; served only by permission."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="uploads")
    key = models.CharField(max_length=40, default=token, editable=False)
    name = models.CharField(max_length=200)
    section = models.CharField(max_length=20, blank=True)
    wanted = models.CharField(max_length=50, blank=True, help_text="Which of the programme's attachments this is")
    media_type = models.CharField(max_length=50)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="%Y/%m", max_length=200)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="upload_key")]


class FailedUpload(Tenant):
    """A file that was not taken, without its content: shown until somebody deals with it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="failed_uploads")
    name = models.CharField(max_length=200)
    section = models.CharField(max_length=20, blank=True)
    wanted = models.CharField(max_length=50, blank=True)
    reason = models.CharField(max_length=20, help_text="Code of applications.uploads.REASONS")
    failed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    failed_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def sentence(self) -> str:
        """Why, and what to do."""
        return uploads.sentence(self.reason)


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: Any) -> LetterQuerySet:
        """The letters of the cases this person sees."""
        return self.filter(application__in=Application.objects.visible_to(user))


class Letter(Tenant):
    """A document that went out: issued once, its bytes kept and never made again; a correction is a new letter.

    `content` is emptied at the end of retention, `sha256` stays. Dates follow DOMAIN section 7 (§ 41 VwVfG).
    """

    class Kind(models.TextChoices):
        AWARD = "award", _("Award letter")
        REJECTION = "rejection", _("Rejection letter")
        SETTLEMENT = "settlement", _("Settlement letter")
        CHANGE_REQUEST = "change-request", _("Request for changes")
        EXTENSION = "extension", _("More time")
        HEARING = "hearing", _("Hearing")
        REVOCATION = "revocation", _("Revocation letter")
        CORRECTION = "correction", _("Correction")

    class Delivery(models.TextChoices):
        POST = "post", _("by post")
        DOWNLOAD = "download", _("by download")
        IN_PERSON = "in-person", _("handed over")

    # Those that decide something: a remedy is open against them, and the day they are received counts.
    DECIDING = (Kind.AWARD, Kind.REJECTION, Kind.SETTLEMENT, Kind.REVOCATION)
    # Those whose receipt has to be proven: a decision, and a hearing, which must have reached its reader.
    TO_BE_RECEIVED = (*DECIDING, Kind.HEARING, Kind.CORRECTION)

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20, choices=Kind)
    key = models.CharField(max_length=40, default=token, editable=False)
    title = models.CharField(max_length=200)
    content = models.BinaryField()
    facts = models.JSONField(default=dict, help_text="Amounts (cents) and days the letter states, for its explanation")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    delivery = models.CharField(max_length=20, choices=Delivery)
    provided_on = models.DateField(null=True, blank=True, help_text="The notice of the download was sent")
    posted_on = models.DateField(null=True, blank=True)
    returned_on = models.DateField(null=True, blank=True, help_text="It came back: it reached nobody (last time)")
    received_on = models.DateField(null=True, blank=True, help_text="Proven receipt after the day the law presumes")
    opened_at = models.DateTimeField(null=True, blank=True, help_text="First opened by somebody entitled to receive")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    notified_on = models.DateField(null=True, blank=True)
    remedy_ends_on = models.DateField(null=True, blank=True)
    contested_on = models.DateField(null=True, blank=True, help_text="A remedy; that of a grant stands with the grant")
    history = HistoricalRecords(excluded_fields=["content"])
    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="letter_key")]

    @property
    def is_intact(self) -> bool:
        """The bytes are still those that were issued."""
        return hashlib.sha256(bytes(self.content)).hexdigest() == self.sha256
