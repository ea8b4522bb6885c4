"""The parts of a programme file that speak to the public: texts in further languages, and ideas to start from."""

import re
from typing import Any

from django.utils.translation import gettext as _

from funding import money, toml
from funding.presentation import FIRST
from funding.toml import FileError

LONGEST_LINE = 200


def languages(value: Any) -> list[str]:
    """Codes of languages."""
    codes = toml.texts(value)
    if strange := [code for code in codes if not re.fullmatch("[a-z]{2,3}", code)]:
        raise FileError(_("“%s” is no code of a language like de, en or tr") % strange[0])
    return codes


def texts(value: Any) -> dict[str, dict[str, Any]]:
    """`[texts.<language>]`: name, summary, and words (an entry of the town's lists and its translation)."""
    found = {}
    for code, row in _texts_by_name(value, "texts").items():
        where = f"texts.{code}"
        toml.at(where, languages, [code])
        table = toml.table(row, where, ("name", "summary", "words"))
        plain = {name: toml.at(f"{where}.{name}", toml.text, table[name]) for name in table if name != "words"}
        words = _texts_by_name(table.get("words", {}), f"{where}.words")
        found[code] = {**plain, "words": {word: toml.at(f"{where}.words", toml.text, words[word]) for word in words}}
    return found


def ideas(value: Any) -> list[dict[str, Any]]:
    """`[[ideas]]`: slug; title, summary and goals, each as one German text or by language; usual cost lines."""
    found: list[dict[str, Any]] = []
    for where, row in toml.rows(value, "ideas"):
        table = toml.table(row, where, ("slug", "title", "summary", "goals", "costs"))
        toml.needed(table, where, "slug", "title", "summary")
        slug = toml.at(f"{where}.slug", _slug, table["slug"])
        if slug in {idea["slug"] for idea in found}:
            raise FileError(_("The idea “%s” stands in the file twice.") % slug)
        said = {
            name: toml.at(f"{where}.{name}", reader, table[name]) if name in table else {}
            for name, reader in (("title", _line), ("summary", _by_language), ("goals", _by_language))
        }
        costs = [_cost(line, cost) for line, cost in toml.rows(table.get("costs", []), f"{where}.costs")]
        found.append({"slug": slug, **said, "costs": costs})
    return found


def usual_costs(value: Any) -> list[dict[str, Any]]:
    """`[[usual_costs]]`: lines like those of an idea, which people add to their plan with one tap."""
    return [_cost(where, row) for where, row in toml.rows(value, "usual_costs")]


def check_categories(programme: dict[str, Any], known: set[str]) -> None:
    """Raises FileError for an idea or a usual cost in a category the programme does not have."""
    lines = [("ideas", cost) for idea in programme.get("ideas", []) for cost in idea["costs"]]
    lines += [("usual_costs", cost) for cost in programme.get("usual_costs", [])]
    for where, cost in lines:
        if cost["category"] not in known:
            raise FileError(
                _("%(where)s: the programme has no category “%(category)s”.")
                % {"where": where, "category": cost["category"]}
            )


def _cost(where: str, row: Any) -> dict[str, Any]:
    keys = ("category", "what", "quantity", "unit_price")
    table = toml.table(row, where, keys)
    toml.needed(table, where, *keys)
    return {
        "category": toml.at(f"{where}.category", _slug, table["category"]),
        "what": toml.at(f"{where}.what", _line, table["what"]),
        "quantity": toml.at(f"{where}.quantity", _quantity, table["quantity"]),
        "unit_price_cents": toml.at(f"{where}.unit_price", toml.amount, table["unit_price"]),
    }


def _texts_by_name(value: Any, where: str) -> dict[str, Any]:
    """A table with any keys."""
    return toml.table(value, where, value if isinstance(value, dict) else ())


def _by_language(value: Any) -> dict[str, str]:
    said = value if isinstance(value, dict) else {FIRST: value}
    if not said.get(FIRST):
        raise FileError(_("must be given in German (de) too"))
    return {code: toml.text(said[code]) for code in languages(list(said))}


def _line(value: Any) -> dict[str, str]:
    """The same for a title or a line of cost, which fields of an application must take."""
    said = _by_language(value)
    if any(len(text) > LONGEST_LINE for text in said.values()):
        raise FileError(_("must have at most %s characters") % LONGEST_LINE)
    return said


def _slug(value: Any) -> str:
    slug = toml.text(value)
    if not re.fullmatch("[a-z0-9-]{1,50}", slug):
        raise FileError(_("must be small letters, digits and hyphens"))
    return slug


def _quantity(value: Any) -> str:
    """A decimal string, kept as it is written."""
    try:
        money.quantity_from_decimal_string(value)
    except money.AmountError as error:
        raise FileError(str(error)) from None
    return str(value)
