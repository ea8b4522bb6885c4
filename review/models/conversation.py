"""The conversation on a case between its group and the town: messages, proposed wordings, who has read how far."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, FilteredRelation, Prefetch, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application
from funding.models import Tenant, User, token
from funding.policies import Role


def _as_group(user: Any) -> Q:
    """The messages on the cases of the person's own groups; only those of an officer are seldom loaded already."""
    groups = user.memberships.values("organisation") if user.towns_as(Role.OFFICER) else user.organisation_ids
    return Q(application__organisation__in=groups)


def _as_town(user: Any) -> Q | None:
    """For officers, those on the other cases of their town; on a draft only while it is shared with them."""
    towns = user.towns_as(Role.OFFICER)
    if not towns:
        return None
    sent = ~Q(application__paper=False, application__file_number="")
    shared = Q(application__shared_at__isnull=False, application__state="draft")
    return Q(sent | shared, ~_as_group(user), ~Q(application__in=user.withheld_cases), municipality__in=towns)


class RemarkQuerySet(models.QuerySet["Remark"]):
    def readable_to(self, user: Any) -> RemarkQuerySet:
        """The messages of the person's own groups, and for officers those of the cases of their town.

        A case of their own group an officer reads as one of the group.
        """
        return self._on_sides(user, {}, {})

    def from_the_other_side(self, user: Any) -> RemarkQuerySet:
        """What the other side wrote to this person."""
        return self._on_sides(user, {"from_town": True}, {"from_town": False})

    def _on_sides(self, user: Any, of_group: dict[str, bool], of_town: dict[str, bool]) -> RemarkQuerySet:
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        found = Q(_as_group(user), **of_group)
        if (town := _as_town(user)) is not None:
            found |= Q(town, **of_town)
        return self.filter(found)

    def unread_by(self, user: Any) -> RemarkQuerySet:
        """What the other side wrote and this person has not opened yet."""
        mine = FilteredRelation("application__readings", condition=Q(application__readings__user=user))
        theirs = self.from_the_other_side(user).annotate(reading=mine)
        return theirs.filter(Q(reading__seen=None) | Q(pk__gt=F("reading__seen")))

    def with_parts(self) -> RemarkQuerySet:
        parts = ("attachments", Prefetch("proposals", Proposal.objects.select_related("settled_by")))
        return self.select_related("written_by").prefetch_related(*parts).order_by("pk")


class Remark(Tenant):
    """One message of the conversation on a case, about one section or about all of it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="conversation")
    section = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    from_town = models.BooleanField()
    needs_answer = models.BooleanField(default=False, help_text="The group asked and the town has not answered yet")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    history = HistoricalRecords()
    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["municipality", "application"], name="remark_case"),
            models.Index(fields=["municipality", "needs_answer"], name="remark_needs_answer"),
        ]


class Attachment(Tenant):
    """A file that came with a message, written anew like every upload; it is no part of the application."""

    remark = models.ForeignKey(Remark, on_delete=models.CASCADE, related_name="attachments")
    key = models.CharField(max_length=40, default=token, editable=False)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=50)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="%Y/%m", max_length=200)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="attachment_key")]


class Proposal(Tenant):
    """A wording the officer proposes for one answer; the group takes it or leaves it."""

    class State(models.TextChoices):
        OPEN = "open", _("proposed")
        TAKEN = "taken", _("taken")
        LEFT = "left", _("left")

    remark = models.ForeignKey(Remark, on_delete=models.CASCADE, related_name="proposals")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="proposals")
    field = models.CharField(max_length=30)
    before = models.TextField(blank=True, help_text="The answer as it stood when the wording was proposed")
    text = models.TextField()
    status = models.CharField(max_length=10, choices=State, default=State.OPEN)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "remark"], name="proposal_once"),
            models.CheckConstraint(condition=Q(status__in=["open", "taken", "left"]), name="proposal_status"),
        ]

    @property
    def is_open(self) -> bool:
        return self.status == self.State.OPEN


class Reading(Tenant):
    """How far one person has read the conversation on one case, and when they were last told that there is news."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="readings")
    seen = models.PositiveBigIntegerField(default=0, help_text="Number of the last message the person opened")
    read_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "application", "user"], name="reading_once")]
