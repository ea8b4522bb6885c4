"""The answers people write in their own words: which there are, in which section, and what they are called."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# field of the application -> (its section, its name)
OPEN_ANSWERS: dict[str, tuple[str, Any]] = {
    "title": ("idea", _("Name of the project")),
    "summary": ("idea", _("In short")),
    "need": ("idea", _("Why it is needed")),
    "goals": ("idea", _("Goals")),
    "remains": ("idea", _("What remains afterwards")),
    "place": ("when", _("Place")),
    "target_groups": ("people", _("For whom")),
    "partners": ("people", _("Partners")),
    "accessibility": ("people", _("Accessibility")),
}


def answer_of(application: Any, field: str) -> str:
    """The answer as its writers see it: what was typed last, else what is kept."""
    typed = application.progress(OPEN_ANSWERS[field][0]).typed
    return str(typed.get(field, getattr(application, field)))
