"""What members note for themselves and say to each other before they vote."""

from __future__ import annotations

from django.db import models
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
