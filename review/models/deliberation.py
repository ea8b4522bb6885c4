"""What members think and ask before they vote: private notes, shared comments, doubts about bias and their rulings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from funding.models import Tenant, User
from review.models.board import BoardItem, BoardMember


class PrivateNote(Tenant):
    """A member's own note and leaning on one item: read by nobody else, so it has no row history and no event."""

    class Leaning(models.TextChoices):
        FOR = "for", _("For it")
        AGAINST = "against", _("Against it")
        UNDECIDED = "undecided", _("Undecided")

    item = models.ForeignKey(BoardItem, on_delete=models.CASCADE, related_name="private_notes")
    member = models.ForeignKey(BoardMember, on_delete=models.PROTECT, related_name="+")
    leaning = models.CharField(max_length=10, choices=Leaning, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "item", "member"], name="private_note_once")]


class BoardComment(Tenant):
    """What an unbiased member or the officer says to the others about an item; never changed."""

    item = models.ForeignKey(BoardItem, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["written_at", "pk"]


class Ruling(Tenant):
    """A doubt whether a member is biased, and what the board ruled without them (§ 20 (4) VwVfG).

    Open until `ruled_at`; meanwhile the member neither reads the file nor votes. `biased` is the result, None while
    open and where the doubt settled itself because the member said that they are biased.
    """

    item = models.ForeignKey(BoardItem, on_delete=models.PROTECT, related_name="rulings")
    member = models.ForeignKey(BoardMember, on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=300)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    led_by = models.ForeignKey(BoardMember, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    yes = models.PositiveSmallIntegerField(null=True, blank=True, help_text="For: the member is biased")
    no = models.PositiveSmallIntegerField(null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(null=True, blank=True)
    biased = models.BooleanField(null=True, blank=True)
    ruled_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "item", "member"], condition=Q(ruled_at=None), name="ruling_open_once"
            )
        ]

    @property
    def is_open(self) -> bool:
        return self.ruled_at is None
