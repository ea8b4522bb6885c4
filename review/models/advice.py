"""Advice given, logged for the yearly figures, and what staff note among themselves."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application
from funding.models import Tenant, User
from funding.policies import Role


class AdviceQuerySet(models.QuerySet["Advice"]):
    def readable_to(self, user: Any) -> AdviceQuerySet:
        """The advice of the towns this person advises or audits, except on cases they are biased in (§ 20 VwVfG)."""
        towns = user.towns_as(Role.OFFICER, Role.AUDITOR)
        own = self.filter(Q(application__organisation__memberships__user=user) | Q(application__in=user.withheld_cases))
        return self.filter(municipality__in=towns).exclude(pk__in=own.values("pk")).order_by("-given_on", "-pk")


class Advice(Tenant):
    """Advice the officer gave, about a case or to somebody who has none yet."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("by phone")
        MEETING = "meeting", _("in a meeting")
        MAIL = "mail", _("by mail")
        CHAT = "chat", _("in messages here")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, blank=True, related_name="advice")
    given_on = models.DateField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PHONE)
    minutes = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True, help_text="For the town only")
    history = HistoricalRecords()
    objects = AdviceQuerySet.as_manager()

    class Meta:
        ordering = ["-given_on", "-pk"]


class InternalNote(Tenant):
    """What staff write among themselves about a case. A table of its own: nothing an applicant reads comes from it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="internal_notes")
    text = models.TextField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-written_at", "-pk"]
