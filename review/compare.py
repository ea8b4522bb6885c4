"""Two submissions of one application side by side: changed answers word by word, cost lines matched."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import FinancingLine, LegalForm
from applications.narrative import OPEN_ANSWERS
from funding.templatetags.show import eur_text

_TOKENS = re.compile(r"\s+|\d+(?:[.,]\d+)*|\w+|[^\w\s]")
MOST_TOKENS = 4000  # beyond, two texts are shown whole: matching would take seconds

# The answers of a snapshot by the part it keeps them in, in the order of the form.
ANSWERS: dict[str, dict[str, Any]] = {
    "organisation": {
        "name": gettext_lazy("Name"),
        "legal_form": gettext_lazy("Legal form"),
        "representatives": gettext_lazy("Represented by"),
        "street": gettext_lazy("Street"),
        "postal_code": gettext_lazy("Postal code"),
        "city": gettext_lazy("Town"),
        "account_holder": gettext_lazy("Account holder"),
        "iban": gettext_lazy("IBAN"),
    },
    "application": {
        **{field: name for field, (section, name) in OPEN_ANSWERS.items() if section == "idea"},
        "action_field": gettext_lazy("Field"),
        "cross_cutting": gettext_lazy("Also about"),
        "life_phases": gettext_lazy("Life phases"),
        "start": gettext_lazy("First day"),
        "end": gettext_lazy("Last day"),
        "place": gettext_lazy("Place"),
        "district": gettext_lazy("District"),
        **{field: name for field, (section, name) in OPEN_ANSWERS.items() if section == "people"},
        "participants": gettext_lazy("Participants"),
        "volunteers": gettext_lazy("Volunteers"),
        "public": gettext_lazy("Open to everybody"),
    },
}


@dataclass(frozen=True)
class Part:
    """A run of words: `mark` is "" for what is in both, "deleted" or "inserted" for what is in one only."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Row:
    """One answer or line of both submissions, the older first; an empty side is not there in that one."""

    label: Any
    old: list[Part]
    new: list[Part]

    @property
    def changed(self) -> bool:
        return any(part.mark for part in (*self.old, *self.new))


def words(old: str, new: str) -> tuple[list[Part], list[Part]]:
    """Both texts in parts, with what was deleted marked in the old and what was inserted in the new."""
    if old == new:
        return [Part(old)] if old else [], [Part(new)] if new else []
    a, b = _TOKENS.findall(old), _TOKENS.findall(new)
    if not a or not b or len(a) + len(b) > MOST_TOKENS:
        return [Part(old, "deleted")] if old else [], [Part(new, "inserted")] if new else []
    left: list[Part] = []
    right: list[Part] = []
    for tag, i, i2, j, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if i < i2:
            left.append(Part("".join(a[i:i2]), "" if tag == "equal" else "deleted"))
        if j < j2:
            right.append(Part("".join(b[j:j2]), "" if tag == "equal" else "inserted"))
    return left, right


def answers(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    """Every answer that is there in one of two snapshots."""
    rows = []
    for part, names in ANSWERS.items():
        for field, label in names.items():
            before, after = _shown(field, old.get(part, {})), _shown(field, new.get(part, {}))
            if before or after:
                rows.append(Row(label, *words(before, after)))
    return rows


def costs(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    """The cost lines, matched by category and text."""
    pairs = _matched(old.get("costs", []), new.get("costs", []), ("category", "what"))
    return [Row((after or before)["category_name"], *words(_cost(before), _cost(after))) for before, after in pairs]


def financing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    """The financing lines, matched by kind and text."""
    kinds = dict(FinancingLine.Kind.choices)
    pairs = _matched(old.get("financing", []), new.get("financing", []), ("kind", "what"))
    return [Row(kinds[(after or before)["kind"]], *words(_money(before), _money(after))) for before, after in pairs]


def _matched(old: list[Any], new: list[Any], keys: tuple[str, str]) -> list[tuple[Any, Any]]:
    """Pairs of lines in the order of the new plan, the deleted ones last.

    Equal in both keys first; then, of the same category or kind, the ones whose texts are most alike; what is left has
    no partner.
    """
    group, text = keys
    left, partner = list(range(len(old))), dict[int, int]()
    for place, line in enumerate(new):
        same = [i for i in left if (old[i][group], old[i][text]) == (line[group], line[text])]
        if same:
            partner[place] = same[0]
            left.remove(same[0])
    for place, line in enumerate(new):
        alike = [i for i in left if place not in partner and old[i][group] == line[group]]
        if alike:
            best = max(alike, key=lambda i, to=line: difflib.SequenceMatcher(None, old[i][text], to[text]).ratio())  # type: ignore[misc]
            partner[place] = best
            left.remove(best)
    pairs = [(old[partner[place]] if place in partner else None, line) for place, line in enumerate(new)]
    return [*pairs, *((old[i], None) for i in left)]


def _cost(line: Mapping[str, Any] | None) -> str:
    if line is None:
        return ""
    quantity = f"{float(line['quantity']):g}"
    amounts = f"{quantity} × {eur_text(line['unit_price_cents'])} = {eur_text(line['amount_cents'])}"
    return f"{line['what']}: {amounts}" if line["what"] else amounts


def _money(line: Mapping[str, Any] | None) -> str:
    if line is None:
        return ""
    status = dict(FinancingLine.Status.choices).get(line["status"], "") if line["status"] else ""
    return ", ".join(filter(None, [line["what"], str(status), eur_text(line["amount_cents"])]))


def _shown(field: str, kept: Mapping[str, Any]) -> str:
    """An answer as text; of an account only its last digits."""
    value = kept.get(field)
    if value in (None, "", []):
        return ""
    if field == "iban":
        return _("ending in %s") % str(value)[-4:]
    if field == "legal_form":
        return str(dict(LegalForm.choices).get(value, value))
    if field == "public":
        return _("yes") if value else _("no")
    if field in ("start", "end"):
        return date_format(date.fromisoformat(value))
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
