"""The answers people write in their own words: which there are, and their German versions, which are binding.

`Application.german` holds by field {text, of, written_by, written_at, confirmed_by, confirmed_at}; `of` is the
fingerprint of the original it renders: when the original changes, the German version is no longer confirmed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.sections import fingerprint

# field of the application -> (its section, its name)
OPEN_ANSWERS: dict[str, tuple[str, Any]] = {
    "title": ("idea", gettext_lazy("Name of the project")),
    "summary": ("idea", gettext_lazy("In short")),
    "need": ("idea", gettext_lazy("Why it is needed")),
    "goals": ("idea", gettext_lazy("Goals")),
    "remains": ("idea", gettext_lazy("What remains afterwards")),
    "place": ("when", gettext_lazy("Place")),
    "target_groups": ("people", gettext_lazy("For whom")),
    "partners": ("people", gettext_lazy("Partners")),
    "accessibility": ("people", gettext_lazy("Accessibility")),
}
# Those of which a German version is needed when they are answered in another language (§ 23 VwVfG).
NARRATIVE = tuple(field for field in OPEN_ANSWERS if field not in ("title", "place"))


def answer_of(application: Any, field: str) -> str:
    """The answer as its writers see it: what was typed last, else what is kept."""
    typed = application.progress(OPEN_ANSWERS[field][0]).typed
    return str(typed.get(field, getattr(application, field)))


@dataclass(frozen=True)
class GermanVersion:
    """One answer in another language and what stands for it in German."""

    field: str
    original: str
    text: str = ""
    of: str = ""
    confirmed_at: str = ""

    @property
    def name(self) -> Any:
        return OPEN_ANSWERS[self.field][1]

    @property
    def section(self) -> str:
        return OPEN_ANSWERS[self.field][0]

    @property
    def is_current(self) -> bool:
        """It renders the original as it stands now."""
        return bool(self.text) and self.of == fingerprint(self.original)

    @property
    def is_confirmed(self) -> bool:
        """The applicant said of exactly these two texts that they mean the same: the German one is binding."""
        return self.is_current and bool(self.confirmed_at)

    @property
    def mark(self) -> str:
        """Tells whether both texts are still those somebody looked at."""
        return fingerprint([self.original, self.text])


def german_versions(answers: Any) -> list[GermanVersion]:
    """Every answered narrative field of an application, or of a snapshot's answers, that is not in German."""
    if _value(answers, "language") == "de":
        return []
    kept = _value(answers, "german") or {}
    return [_version(field, original, kept) for field in NARRATIVE if (original := _value(answers, field))]


def unconfirmed(answers: Any) -> list[GermanVersion]:
    """The answers whose German version is missing, not confirmed, or of an original that has changed since."""
    return [version for version in german_versions(answers) if not version.is_confirmed]


def binding_text(answers: Any, field: str) -> str:
    """The text that counts, of an application or of a snapshot's answers: the German one; "" while there is none."""
    original = _value(answers, field) or ""
    if _value(answers, "language") == "de" or not original:
        return original
    version = _version(field, original, _value(answers, "german") or {})
    return version.text if version.is_confirmed else ""


def side_by_side(answers: Any, field: str, label: Any) -> list[tuple[str, str]]:
    """An answer as pages and documents show it: the binding text first, the original readable beside it."""
    original, binding = _value(answers, field) or "", binding_text(answers, field)
    if binding == original:
        return [(str(label), original)]
    if binding:
        return [(str(label), binding), (_("%(question)s (original)") % {"question": label}, original)]
    version = _version(field, original, _value(answers, "german") or {})
    pairs = [(str(label), original)]
    if version.text:
        pairs.append((_("%(question)s (in German, not confirmed)") % {"question": label}, version.text))
    return pairs


def german_entry(text: str, original: str, *, by: Any, at: datetime, confirmed: bool) -> dict[str, Any]:
    """What is kept of a German version of `original` written now."""
    who, when = getattr(by, "pk", None), at.isoformat(timespec="seconds")
    entry = {"text": text, "of": fingerprint(original), "written_by": who, "written_at": when}
    return entry | {"confirmed_by": who if confirmed else None, "confirmed_at": when if confirmed else ""}


def _value(answers: Any, name: str) -> Any:
    return answers.get(name) if isinstance(answers, Mapping) else getattr(answers, name)


def _version(field: str, original: str, kept: Mapping[str, Any]) -> GermanVersion:
    entry = kept.get(field, {})
    texts = {name: entry.get(name, "") for name in ("text", "of", "confirmed_at")}
    return GermanVersion(field=field, original=original, **texts)
