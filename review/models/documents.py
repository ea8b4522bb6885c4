"""What is made for and after a meeting: dossiers, the board's list of amounts, minutes and their signatures."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from funding.models import Tenant, User, token
from review.models.board import Meeting


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Dossier(Tenant):
    """The cases of a meeting as one PDF, for everybody who may open exactly these; a copy that can be made anew.

    `fingerprint` stands for all it says: when a case changes, the copy is thrown away. `done` counts the cases that are
    set while the worker makes it.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="dossiers")
    cases = models.CharField(max_length=64, help_text="Hash of the items it holds")
    fingerprint = models.CharField(max_length=64)
    as_of = models.DateField()
    total = models.PositiveSmallIntegerField()
    done = models.PositiveSmallIntegerField(default=0)
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    failed = models.BooleanField(default=False)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "meeting", "cases"], name="dossier_once")]

    @property
    def is_ready(self) -> bool:
        return bool(self.sha256)


class BoardList(Tenant):
    """The amounts the board put together at the funding line, in its order: each saving is a new row, none changes.

    `entries`: item, application, cents, fits (there is money for it), in the order of the list.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="lists")
    number = models.PositiveSmallIntegerField()
    entries = models.JSONField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["municipality", "meeting", "number"], name="board_list_number")]


class Minutes(Tenant):
    """The minutes of a meeting (§ 93 VwVfG), or a later correction that refers to them.

    A draft is written from the rows as they stand. The first signature freezes what is signed in `facts`; the last one
    makes the file, whose bytes are kept and never made again.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="minutes")
    number = models.PositiveSmallIntegerField(help_text="1: the minutes; from 2 on corrections")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    key = models.CharField(max_length=40, default=token, editable=False)
    text = models.TextField(blank=True, help_text="What the officer adds to the whole, or what is corrected and why")
    remarks = models.JSONField(default=dict, blank=True, help_text="item -> what the officer adds to it")
    secretary = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=0, editable=False)
    facts = models.JSONField(null=True, blank=True, help_text="What was signed")
    content = models.BinaryField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords(excluded_fields=["content"])

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "meeting", "number"], name="minutes_number"),
            models.UniqueConstraint(fields=["municipality", "key"], name="minutes_key"),
        ]

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def is_intact(self) -> bool:
        """The bytes are still those that were signed."""
        return sha256(bytes(self.content or b"")) == self.sha256


class MinutesSignature(Tenant):
    """Somebody confirmed the minutes in the platform: who led (a deputy for the items they led), the secretary."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("Chair")
        ITEMS = "items", _("Led these items")
        SECRETARY = "secretary", _("Secretary")

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    signed_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "minutes", "user", "role"], name="minutes_signed_once")
        ]


def latest_list(meeting: Meeting) -> dict[int, dict[str, Any]]:
    """The board's list as it was saved last, by item."""
    last = meeting.lists.first()
    return {entry["item"]: entry for entry in last.entries} if last else {}
