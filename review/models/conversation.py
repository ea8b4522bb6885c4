"""The conversation on a case between its group and the town: messages, proposed wordings, who has read how far."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application, Membership
from funding.models import Tenant, User, token
from funding.policies import Role


def _in_a_group_of(user: Any) -> Q:
    """The cases of the person's own groups; those of an officer are seldom loaded already, everybody else's are."""
    if user.towns_as(Role.OFFICER):
        return Q(application__organisation__in=Membership.objects.filter(user=user).values("organisation"))
    return Q(application__organisation__in=user.organisation_ids)


class RemarkQuerySet(models.QuerySet["Remark"]):
    def readable_to(self, user: Any) -> RemarkQuerySet:
        """The messages of the person's own groups, and for officers those of the cases of their town.

        A case of their own group an officer reads as one of the group. A draft is read by the town only while it is
        shared.
        """
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        own = _in_a_group_of(user)
        found = own
        if towns := user.towns_as(Role.OFFICER):
            sent = ~Q(application__paper=False, application__file_number="")
            shared = Q(application__shared_at__isnull=False, application__state="draft")
            found |= Q(municipality__in=towns) & (sent | shared) & ~own & ~Q(application__in=user.withheld_cases)
        return self.filter(found)

    def from_the_other_side(self, user: Any) -> RemarkQuerySet:
        """What the other side wrote to this person."""
        readable = self.readable_to(user)
        if not user.towns_as(Role.OFFICER):
            return readable.filter(from_town=True)
        in_group = _in_a_group_of(user)
        return readable.filter(Q(in_group, from_town=True) | Q(~in_group, from_town=False))

    def unread_by(self, user: Any) -> RemarkQuerySet:
        """What the other side wrote and this person has not opened yet."""
        seen = Reading.objects.filter(user=user, application=OuterRef("application")).values("seen")
        theirs = self.from_the_other_side(user).annotate(with_seen=Coalesce(Subquery(seen), 0))
        return theirs.filter(pk__gt=F("with_seen"))

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
