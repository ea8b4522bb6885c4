"""What a programme tells the public in the reader's language: its texts, ideas to start from, and who advises."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import get_language

from funding.money import round_cents

FIRST = "de"  # the official language: every text exists in it, the others where the town gave them


@dataclass(frozen=True)
class IdeaCost:
    """A usual line of cost; `category` is the slug of one of the programme's categories."""

    category: str
    what: str
    quantity: Decimal
    unit_price_cents: int

    @property
    def amount_cents(self) -> int:
        return round_cents(self.quantity * self.unit_price_cents)


@dataclass(frozen=True)
class Idea:
    """An example from the town's concept to start an application from, in one language."""

    slug: str
    language: str
    title: str
    summary: str
    goals: str
    costs: tuple[IdeaCost, ...]

    @property
    def total_cents(self) -> int:
        return sum(cost.amount_cents for cost in self.costs)


@dataclass(frozen=True)
class Contact:
    """Who advises; any of these may be empty."""

    name: str
    office: str
    phone: str
    email: str


class Presentation(models.Model):
    """The public side of a programme. Texts by language are kept as the programme file has them."""

    contact_name = models.CharField(max_length=100, blank=True)
    contact_phone = models.CharField(max_length=50, blank=True)
    contact_email = models.EmailField(blank=True)
    texts = models.JSONField(default=dict, blank=True, help_text="language -> name, summary, words (German -> theirs)")
    ideas = models.JSONField(default=list, blank=True, help_text="slug; title, summary, goals by language; costs")

    class Meta:
        abstract = True

    @property
    def shown_name(self) -> str:
        return self._text("name")

    @property
    def shown_summary(self) -> str:
        return self._text("summary")

    def word(self, german: str) -> str:
        """An entry of the town's own lists (a category, criterion, district …) as the reader's language says it."""
        return self._texts.get("words", {}).get(german, german)

    def ideas_shown(self) -> list[Idea]:
        """The ideas, each as a whole in the reader's language or in German."""
        return [_idea(row, get_language() or FIRST) for row in self.ideas]

    def idea(self, slug: str) -> Idea | None:
        return next((idea for idea in self.ideas_shown() if idea.slug == slug), None)

    @property
    def contact(self) -> Contact:
        """The person named for this programme; what is not named is the town's."""
        town = self.municipality  # type: ignore[attr-defined]
        return Contact(
            name=self.contact_name,
            office=town.office or town.name,
            phone=self.contact_phone or town.phone,
            email=self.contact_email or town.email,
        )

    @property
    def _texts(self) -> dict[str, Any]:
        return self.texts.get(get_language() or FIRST, {})

    def _text(self, field: str) -> str:
        return self._texts.get(field) or getattr(self, field)


def _idea(row: dict[str, Any], language: str) -> Idea:
    language = language if language in row["title"] and language in row["summary"] else FIRST

    def said(texts: dict[str, str]) -> str:
        return texts.get(language) or texts.get(FIRST, "")

    costs = tuple(
        IdeaCost(cost["category"], said(cost["what"]), Decimal(cost["quantity"]), cost["unit_price_cents"])
        for cost in row["costs"]
    )
    return Idea(row["slug"], language, said(row["title"]), said(row["summary"]), said(row["goals"]), costs)
