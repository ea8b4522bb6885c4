"""Texts of letters as a town has them: each change is a version of its own."""

from __future__ import annotations

from typing import Any

from django.db import models

from funding.models import Tenant, User


class LetterTextQuerySet(models.QuerySet["LetterText"]):
    def newest_of(self, town: Any, *kinds: str) -> dict[tuple[str, str], LetterText]:
        """(kind, name) -> the version that counts, of the texts a town has changed."""
        found = self.filter(municipality=town, kind__in=kinds).order_by("version", "pk")
        return {(entry.kind, entry.name): entry for entry in found}


class LetterText(Tenant):
    """A version of one text of a town's letters; the newest counts, none is changed. Issued letters stay as they are.

    Without words of its own it says that the shipped text counts again.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    objects = LetterTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "name", "version"], name="letter_text_version")
        ]
