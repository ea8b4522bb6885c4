"""Mails and what was reminded of."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from funding.models.people import User
from funding.models.towns import Tenant
from funding.policies import Role

if TYPE_CHECKING:
    from collections.abc import Iterable


class MessageQuerySet(models.QuerySet["Message"]):
    def in_outbox_of(self, user: User) -> MessageQuerySet:
        towns = user.towns_as(Role.OFFICER, Role.AUDITOR)
        return self.filter(municipality__in=towns).order_by("-pk")


class Message(Tenant):
    """A mail: written in the transaction of the act that causes it, sent after the commit.

    Receipts go at once; what tells an outcome waits as a draft until an officer sends it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being handed over")
        UNSURE = "unsure", _("Perhaps sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DISCARDED = "discarded", _("Discarded")

    kind = models.CharField(max_length=40)
    recipient = models.EmailField()
    language = models.CharField(max_length=10, default="de")
    subject = models.CharField(max_length=300)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    about = models.CharField(max_length=60, blank=True, help_text="The case: model label")
    about_id = models.BigIntegerField(null=True, blank=True)
    written_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When a worker began to hand it over")
    taken_by = models.CharField(max_length=32, blank=True, help_text="That attempt: only it may say how it ended")
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often it certainly did not go out")
    error = models.CharField(max_length=300, blank=True)
    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "queued", "sending", "unsure", "sent", "failed", "discarded"]),
                name="message_state",
            )
        ]
        indexes = [models.Index(fields=["municipality", "state"], name="message_state_index")]

    @property
    def message_id(self) -> str:
        """Its Message-ID, the same however often it is sent."""
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        return f"<{self.pk}.{self.written_at:%Y%m%d%H%M%S%f}@{host}>"

    @property
    def fingerprint(self) -> str:
        """Changes with what the mail says: what somebody has read is what goes out."""
        return hashlib.sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()[:16]


class Reminder(Tenant):
    """Somebody was reminded of a day, so many days before or after it; once for each. Never changed, never deleted."""

    about = models.CharField(max_length=60, help_text="Of what: model label")
    about_id = models.BigIntegerField()
    due_on = models.DateField()
    offset = models.SmallIntegerField(help_text="Days from the due day; negative: before it")
    reminded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "about", "about_id", "due_on", "offset"], name="reminder_once"
            )
        ]


def addresses(users: Iterable[User]) -> list[tuple[str, str]]:
    """(mail address, language) of each person, in a fixed order."""
    return sorted({(user.email, user.language) for user in users})
