"""Programme files: the towns and programmes that come with the product, and how such a file is read.

`parse` turns the text of a TOML file into plain values and refuses, by name, whatever it does not know. Nothing is
written here; `funding.operations.load_programme` does that.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from funding import calendar, money
from funding.bank import BankError, check_iban
from funding.fields import clean_text

LAENDER = calendar.STATES
FOLDER = Path(__file__).parent
MAX_FILE_BYTES = 1_000_000  # a programme or an application has a few thousand


# First parts of the site's own addresses: a town of that name could not be reached at /<town>/<programme>/.
RESERVED_SLUGS = frozenset(
    (
        *("accessibility", "applications", "audit", "cases", "demo", "documents", "imprint", "language", "money"),
        *("outbox", "people", "privacy", "programmes", "review", "setup", "sign-in", "sign-out", "static", "tasks"),
        *("towns", "uploads"),
    )
)


class FileError(ValueError):
    """A file that cannot be used; its text is a whole sentence that names the place."""


@dataclass(frozen=True)
class CategoryRow:
    slug: str
    name: str
    eligible_share: Decimal


@dataclass(frozen=True)
class ProgrammeFile:
    """A read file: model field -> value, for what the file states and nothing else."""

    municipality: dict[str, Any]
    programme: dict[str, Any]
    categories: tuple[CategoryRow, ...] | None = None
    names: dict[str, str] = field(default_factory=dict)  # model field of the programme -> its name in the file


# --- Values -----------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise FileError(_("must be a text in quotation marks"))
    return clean_text(value)


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise FileError(_("must be a list of texts"))
    return [clean_text(entry) for entry in value]


def _amount(value: Any) -> int:
    try:
        return money.from_decimal_string(value)
    except money.AmountError as error:
        raise FileError(str(error)) from None


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 32_767:
        raise FileError(_("must be a whole number from 0 to 32767"))
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise FileError(_("must be true or false"))
    return value


def _share(value: Any) -> Decimal:
    """A share from 0 to 1 as a decimal string with at most four places."""
    text = value if isinstance(value, str) else ""
    whole, dot, places = text.partition(".")
    if not (whole in ("0", "1") and places.isascii() and (places.isdecimal() or not dot) and len(places) <= 4):
        raise FileError(_("must be a share from “0.00” to “1.00”"))
    if (share := Decimal(text)) > 1:
        raise FileError(_("must be a share from “0.00” to “1.00”"))
    return share


def _taxonomies(value: Any) -> dict[str, list[str]]:
    known = ("action_fields", "cross_cutting_fields", "life_phases", "districts")
    return {name: _texts(entries) for name, entries in _table(value, "taxonomies", known).items()}


def _prizes(value: Any) -> list[dict[str, Any]]:
    """Prizes are kept as they are: a second kind of programme, awarded on nomination."""
    known = ("name", "endowment", "nominations_close", "awarded_by", "nominated_by")
    rows = []
    for number, row in enumerate(_rows(value, "prizes"), start=1):
        where = f"prizes[{number}]"
        kept = {name: clean_text(str(entry)) for name, entry in _table(row, where, known).items()}
        if "endowment" in kept:
            _at(f"{where}.endowment", _amount, row["endowment"])
        rows.append(kept)
    return rows


def _languages(value: Any) -> list[str]:
    codes = _texts(value)
    if strange := [code for code in codes if not re.fullmatch("[a-z]{2,3}", code)]:
        raise FileError(_("“%s” is no code of a language like de, en or tr") % strange[0])
    return codes


def _iban(value: Any) -> str:
    """The account the town pays from; empty while it has none."""
    try:
        return check_iban(text) if (text := _text(value)) else ""
    except BankError as error:
        raise FileError(str(error)) from None


def _land(value: Any) -> str:
    if value not in LAENDER:
        raise FileError(_("must be one of %s") % ", ".join(LAENDER))
    return value


Reader = Callable[[Any], Any]

MUNICIPALITY: dict[str, Reader] = {
    **dict.fromkeys(
        (
            *("slug", "name", "office", "street", "postal_code", "city", "phone", "email"),
            *("remedy", "court", "court_address", "payment_channel", "bic", "account_holder"),
        ),
        _text,
    ),
    "state": _land,
    "iban": _iban,
    "languages": _languages,
    "official": _flag,
}
# Name in the file -> (model field, reader).
PROGRAMME: dict[str, tuple[str, Reader]] = {
    **{
        name: (name, _text)
        for name in (
            *("slug", "name", "basis", "summary", "decided_by", "board", "financing", "payment_mode", "tie"),
            "evaluation",
        )
    },
    **{
        name: (name, _number)
        for name in (
            *("board_meetings_per_year", "proof_due_months", "lead_time_weeks", "answer_days", "decision_weeks"),
            "category_tolerance_percent",
        )
    },
    **{
        name: (f"{name}_cents", _amount)
        for name in (
            *("cap_per_project", "budget_per_year", "minor_change", "small_claim", "short_form", "in_kind_hour"),
        )
    },
    **{name: (name, _texts) for name in ("concept_fit", "checklist", "criteria")},
    "individuals_may_apply": ("individuals_may_apply", _flag),
}


# --- Reading ----------------------------------------------------------------------------------------------------------


def _at(where: str, reader: Reader, value: Any) -> Any:
    try:
        return reader(value)
    except FileError as error:
        raise FileError(f"{where}: {error}") from None


def _table(value: Any, where: str, known: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FileError(_("%(where)s must be a table.") % {"where": where})
    for key in value:
        if key not in known:
            raise FileError(_("Unknown key “%(key)s” in %(where)s.") % {"key": key, "where": where})
    return value


def _rows(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise FileError(_("%(where)s must be a list of tables.") % {"where": where})
    return value


def _needed(table: dict[str, Any], where: str, *keys: str) -> None:
    for key in keys:
        if table.get(key) in (None, "", {}):
            raise FileError(_("“%(key)s” is missing in %(where)s.") % {"key": key, "where": where})


def _categories(value: Any) -> tuple[CategoryRow, ...]:
    rows = []
    for number, row in enumerate(_rows(value, "categories"), start=1):
        where = f"categories[{number}]"
        table = _table(row, where, ("slug", "name", "eligible_share"))
        _needed(table, where, "slug", "name", "eligible_share")
        rows.append(
            CategoryRow(
                slug=_at(f"{where}.slug", _text, table["slug"]),
                name=_at(f"{where}.name", _text, table["name"]),
                eligible_share=_at(f"{where}.eligible_share", _share, table["eligible_share"]),
            )
        )
        if rows[-1].slug in {row.slug for row in rows[:-1]}:
            raise FileError(_("The category “%s” stands in the file twice.") % rows[-1].slug)
    return tuple(rows)


def read_toml(content: bytes) -> dict[str, Any]:
    """The parsed content of a TOML file. Raises FileError for anything that is no TOML in UTF-8."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileError(_("The file is not text in UTF-8.")) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise FileError(_("The file is no valid TOML: %s") % error) from None


def read_file(path: str) -> bytes:
    """The bytes of a file. Raises FileError when it cannot be read or is far too large for what it should be."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileError(
            _("The file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise FileError(_("The file %s is larger than a megabyte. Please check whether it is the right one.") % path)
    return content


def parse(content: bytes) -> ProgrammeFile:
    """A programme file as plain values. Raises FileError naming the first key or value that cannot be used."""
    data = _table(
        read_toml(content),
        _("the file"),
        ("municipality", "programme", "categories", "taxonomies", "prizes"),
    )
    _needed(data, _("the file"), "municipality", "programme")
    town = _table(data["municipality"], "municipality", MUNICIPALITY)
    _needed(town, "municipality", "slug", "name", "state", "remedy")
    programme = _table(data["programme"], "programme", PROGRAMME)
    _needed(programme, "programme", "slug", "name", "basis")
    if _at("municipality.slug", _text, town["slug"]) in RESERVED_SLUGS:
        raise FileError(
            _("“%s” is the address of another page. Please choose another slug for the town.") % town["slug"]
        )
    values = {PROGRAMME[key][0]: _at(f"programme.{key}", PROGRAMME[key][1], programme[key]) for key in programme}
    names = {PROGRAMME[key][0]: f"programme.{key}" for key in PROGRAMME}
    for key, reader in (("taxonomies", _taxonomies), ("prizes", _prizes)):
        names[key] = key
        if key in data:
            values[key] = reader(data[key])
    return ProgrammeFile(
        municipality={key: _at(f"municipality.{key}", MUNICIPALITY[key], town[key]) for key in town},
        programme=values,
        categories=_categories(data["categories"]) if "categories" in data else None,
        names=names,
    )
