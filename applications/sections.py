"""The sections of an application, one topic a page: their names are shared by form, return and receipt.

How far each is stands in a JSON field: `Application.sections` holds by slug whether its writer called it `done`; who
wrote which answer and when (`fields`), the `version` this gives, and what was typed and cannot be read yet (`typed`).
The sections about the organisation keep the last three in `Organisation.sections`: two drafts of one organisation
write the same answers.
"""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """`slug` is the name in URLs, in `sections` and in `changes_asked`."""

    slug: str
    title: Any
    lead: Any


SECTIONS = (
    Section("organisation", _("Who you are"), _("We ask this once. Your next application starts with these answers.")),
    Section("idea", _("Your idea"), _("A few sentences are enough. Write as you would tell it to a neighbour.")),
    Section("when", _("When and where"), _("The project has to begin after you have an answer from us.")),
    Section("people", _("For whom"), _("Estimates are fine. We count people, we ask for no names.")),
    Section("costs", _("What it costs"), _("Write down what you need money for, and who else gives something.")),
    Section("bank", _("Bank account"), _("Where the money goes if the answer is yes.")),
)
OF_ORGANISATION = ("organisation", "bank")
BY_SLUG = {section.slug: section for section in SECTIONS}


def after(slug: str) -> Section | None:
    """The section that comes next, None after the last."""
    slugs = list(BY_SLUG)
    following = slugs.index(slug) + 1
    return SECTIONS[following] if following < len(SECTIONS) else None


# --- Who wrote what ---------------------------------------------------------------------------------------------------

REMEMBERED = 30  # versions of one answer a page may be behind and still be understood


def fingerprint(value: Any) -> str:
    """A short mark by which equal answers are found equal, whatever they are made of."""
    return hashlib.sha256(json.dumps(value, default=_plain, sort_keys=True).encode()).hexdigest()[:12]


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(getattr(value, "pk", value))


@dataclass(frozen=True)
class Mark:
    """Who wrote an answer last, when, and on which page; `past` are (version, fingerprint), the present one last."""

    by: int | None
    at: str
    page: str
    past: list[list[Any]]

    @property
    def version(self) -> int:
        return self.past[-1][0]

    def at_version(self, version: int) -> str:
        """The fingerprint of the answer as a page of that version showed it; "" when that is too long ago."""
        return next((found for number, found in reversed(self.past) if number <= version), "")


class Progress:
    """How far one section is: a view of the stored values, which it changes in place."""

    def __init__(self, own: dict[str, Any], slug: str, held: dict[str, Any]) -> None:
        self._own, self._slug, self._held = own, slug, held

    def _kept(self, store: dict[str, Any]) -> dict[str, Any]:
        return store.get(self._slug, {})

    @property
    def done(self) -> bool:
        """Its writer called it done."""
        return self._kept(self._own).get("done", False)

    @done.setter
    def done(self, value: bool) -> None:
        self._own.setdefault(self._slug, {})["done"] = value

    @property
    def is_saved(self) -> bool:
        """Somebody left it in this application, done or not."""
        return "done" in self._kept(self._own)

    @property
    def quiet(self) -> bool:
        """Something was written since the last row history."""
        return self._kept(self._held).get("quiet", False)

    @quiet.setter
    def quiet(self, value: bool) -> None:
        self._held.setdefault(self._slug, {})["quiet"] = value

    @property
    def version(self) -> int:
        return self._kept(self._held).get("version", 0)

    @property
    def typed(self) -> dict[str, Any]:
        """field -> what was typed and cannot be read yet."""
        return self._kept(self._held).get("typed", {})

    def marks(self) -> dict[str, Mark]:
        """Who wrote each answer since the draft began."""
        return {name: Mark(**values) for name, values in self._kept(self._held).get("fields", {}).items()}

    def write(self, name: str, value: Any, before: Any, *, typed: bool, by: int | None, at: str, page: str) -> None:
        """Note that an answer is now `value`: one that cannot be read (`typed`) is kept here and nowhere else."""
        kept = self._held.setdefault(self._slug, {})
        past = kept.setdefault("fields", {}).get(name, {}).get("past") or [[0, fingerprint(before)]]
        past = [*past, [self.version + 1, fingerprint(value)]][-REMEMBERED:]
        kept["fields"][name] = {"by": by, "at": at, "page": page, "past": past}
        raws = kept.setdefault("typed", {})
        raws.pop(name, None)
        if typed:
            raws[name] = value

    def next_version(self) -> None:
        self._held.setdefault(self._slug, {})["version"] = self.version + 1
