"""What a programme tells the public in the reader's language: its texts, ideas to start from, and who advises."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import get_language, gettext_lazy

from funding.money import round_cents

# Where a programme names no usual costs of its own: category, what, quantity, cents. Offered if it has the category.
USUAL_COSTS = (
    ("rent", gettext_lazy("Room rent, per evening"), "1", 6000),
    ("material", gettext_lazy("Printing flyers"), "500", 10),
    ("volunteer-allowance", gettext_lazy("Allowance for volunteers"), "24", 2500),
    ("travel", gettext_lazy("Train and bus tickets"), "10", 350),
    ("accommodation-meals", gettext_lazy("Snacks and drinks, per guest"), "30", 450),
    ("personnel", gettext_lazy("Childcare, per hour"), "10", 1800),
    ("personnel", gettext_lazy("Interpreter, per hour"), "5", 4000),
)
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

    usual_costs = models.JSONField(default=list, blank=True, help_text="Lines people add with one tap, like an idea's")

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

    def usual_costs_shown(self) -> list[IdeaCost]:
        """Costs that many projects have, to start a line from, in the reader's language."""
        if self.usual_costs:
            return [_cost(row, get_language() or FIRST) for row in self.usual_costs]
        known = {category.slug for category in self.categories.all()}  # type: ignore[attr-defined]
        return [
            IdeaCost(category, str(what), Decimal(quantity), cents)
            for category, what, quantity, cents in USUAL_COSTS
            if category in known
        ]

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

    title, summary, goals = (_said(row[name], language) for name in ("title", "summary", "goals"))
    return Idea(row["slug"], language, title, summary, goals, tuple(_cost(cost, language) for cost in row["costs"]))


def _cost(row: dict[str, Any], language: str) -> IdeaCost:
    return IdeaCost(row["category"], _said(row["what"], language), Decimal(row["quantity"]), row["unit_price_cents"])


def _said(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get(FIRST, "")
