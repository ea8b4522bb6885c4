"""The sections of an application, one topic a page: their names are shared by form, return and receipt."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """`slug` is the name in URLs, in `sections_done` and in `changes_asked`."""

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
BY_SLUG = {section.slug: section for section in SECTIONS}


def after(slug: str) -> Section | None:
    """The section that comes next, None after the last."""
    slugs = list(BY_SLUG)
    following = slugs.index(slug) + 1
    return SECTIONS[following] if following < len(SECTIONS) else None
