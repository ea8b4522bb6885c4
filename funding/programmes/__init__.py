"""Programme files: the towns and programmes that come with the product, and how such a file is read.

`parse` turns the text of a TOML file into plain values and refuses, by name, whatever it does not know. Nothing is
written here; `funding.operations.load_programme` does that.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from funding import calendar, toml
from funding.bank import BankError, check_iban
from funding.fields import clean_text
from funding.programmes import public
from funding.toml import FileError, Reader

LAENDER = calendar.STATES
FOLDER = Path(__file__).parent
MAX_MANDATORY = 2  # attachments


# First parts of the site's own addresses: a town of that name could not be reached at /<town>/<programme>/.
RESERVED_SLUGS = frozenset(
    (
        *(
            "accessibility",
            "applications",
            "audit",
            "cases",
            "demo",
            "documents",
            "favicon.ico",
            "imprint",
            "language",
            "money",
        ),
        *("outbox", "people", "privacy", "programmes", "review", "setup", "sign-in", "sign-out", "static", "tasks"),
        *("absences", "towns", "uploads"),
    )
)


VOLUNTEER_ALLOWANCE = "volunteer-allowance"  # a category of this name is one, unless the file says otherwise


@dataclass(frozen=True)
class CategoryRow:
    slug: str
    name: str
    eligible_share: Decimal
    volunteer_allowance: bool


@dataclass(frozen=True)
class ProgrammeFile:
    """A read file: model field -> value, for what the file states and nothing else."""

    municipality: dict[str, Any]
    programme: dict[str, Any]
    categories: tuple[CategoryRow, ...] | None = None
    names: dict[str, str] = field(default_factory=dict)  # model field of the programme -> its name in the file


# --- Values -----------------------------------------------------------------------------------------------------------


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
    return {name: toml.texts(entries) for name, entries in toml.table(value, "taxonomies", known).items()}


def _prizes(value: Any) -> list[dict[str, Any]]:
    """Prizes are kept as they are: a second kind of programme, awarded on nomination."""
    known = ("name", "endowment", "nominations_close", "awarded_by", "nominated_by")
    rows = []
    for where, row in toml.rows(value, "prizes"):
        kept = {name: clean_text(str(entry)) for name, entry in toml.table(row, where, known).items()}
        if "endowment" in kept:
            toml.at(f"{where}.endowment", toml.amount, row["endowment"])
        rows.append(kept)
    return rows


def _attachments(value: Any) -> list[dict[str, Any]]:
    """The files a programme wants to see. At most two may be mandatory: asking for little is a feature."""
    found: list[dict[str, Any]] = []
    for where, row in toml.rows(value, "attachments"):
        values = toml.table(row, where, ("slug", "name", "mandatory"))
        toml.needed(values, where, "slug", "name")
        slug = toml.at(f"{where}.slug", toml.text, values["slug"])
        if not re.fullmatch("[-a-z0-9]{1,50}", slug) or slug in {other["slug"] for other in found}:
            raise FileError(_("%(at)s: “%(slug)s” is no slug or stands there twice.") % {"at": where, "slug": slug})
        mandatory = toml.at(f"{where}.mandatory", toml.flag, values.get("mandatory", False))
        name = toml.at(f"{where}.name", toml.text, values["name"])
        found.append({"slug": slug, "name": name, "mandatory": mandatory})
    if sum(row["mandatory"] for row in found) > MAX_MANDATORY:
        raise FileError(_("attachments: at most %s may be mandatory.") % MAX_MANDATORY)
    return found


def _iban(value: Any) -> str:
    """The account the town pays from; empty while it has none."""
    try:
        return check_iban(text) if (text := toml.text(value)) else ""
    except BankError as error:
        raise FileError(str(error)) from None


def _land(value: Any) -> str:
    if value not in LAENDER:
        raise FileError(_("must be one of %s") % ", ".join(LAENDER))
    return value


MUNICIPALITY: dict[str, Reader] = {
    **dict.fromkeys(
        (
            *("slug", "name", "office", "street", "postal_code", "city", "phone", "email"),
            *("remedy", "court", "court_address", "payment_channel", "bic", "account_holder"),
        ),
        toml.text,
    ),
    "state": _land,
    "iban": _iban,
    "languages": public.languages,
    "official": toml.flag,
}
# Name in the file -> (model field, reader).
PROGRAMME: dict[str, tuple[str, Reader]] = {
    **{
        name: (name, toml.text)
        for name in (
            *("slug", "name", "basis", "summary", "decided_by", "board", "financing", "payment_mode", "tie"),
            *("evaluation", "contact_name", "contact_phone", "contact_email"),
        )
    },
    **{
        name: (name, toml.whole_number(32_767))
        for name in (
            *("board_meetings_per_year", "proof_due_months", "lead_time_weeks", "answer_days", "decision_weeks"),
            *("category_tolerance_percent", "notice_days"),
        )
    },
    **{
        name: (f"{name}_cents", toml.amount)
        for name in (
            *("cap_per_project", "budget_per_year", "minor_change", "small_claim", "short_form", "in_kind_hour"),
            "without_board",
        )
    },
    **{name: (name, toml.texts) for name in ("concept_fit", "checklist", "criteria")},
    "individuals_may_apply": ("individuals_may_apply", toml.flag),
}


# --- Reading ----------------------------------------------------------------------------------------------------------


def _categories(value: Any) -> tuple[CategoryRow, ...]:
    rows = []
    for where, row in toml.rows(value, "categories"):
        table = toml.table(row, where, ("slug", "name", "eligible_share", "volunteer_allowance"))
        toml.needed(table, where, "slug", "name", "eligible_share")
        slug = toml.at(f"{where}.slug", toml.text, table["slug"])
        is_allowance = table.get("volunteer_allowance", slug == VOLUNTEER_ALLOWANCE)
        rows.append(
            CategoryRow(
                slug=slug,
                name=toml.at(f"{where}.name", toml.text, table["name"]),
                eligible_share=toml.at(f"{where}.eligible_share", _share, table["eligible_share"]),
                volunteer_allowance=toml.at(f"{where}.volunteer_allowance", toml.flag, is_allowance),
            )
        )
        if rows[-1].slug in {row.slug for row in rows[:-1]}:
            raise FileError(_("The category “%s” stands in the file twice.") % rows[-1].slug)
    return tuple(rows)


def parse(content: bytes) -> ProgrammeFile:
    """A programme file as plain values. Raises FileError naming the first key or value that cannot be used."""
    data = toml.table(
        toml.read_toml(content),
        _("the file"),
        (
            *("municipality", "programme", "categories", "taxonomies", "prizes", "attachments"),
            *("texts", "ideas", "usual_costs"),
        ),
    )
    toml.needed(data, _("the file"), "municipality", "programme")
    town = toml.table(data["municipality"], "municipality", MUNICIPALITY)
    toml.needed(town, "municipality", "slug", "name", "state", "remedy")
    programme = toml.table(data["programme"], "programme", PROGRAMME)
    toml.needed(programme, "programme", "slug", "name", "basis")
    if toml.at("municipality.slug", toml.text, town["slug"]) in RESERVED_SLUGS:
        raise FileError(
            _("“%s” is the address of another page. Please choose another slug for the town.") % town["slug"]
        )
    values = {PROGRAMME[key][0]: toml.at(f"programme.{key}", PROGRAMME[key][1], programme[key]) for key in programme}
    names = {PROGRAMME[key][0]: f"programme.{key}" for key in PROGRAMME}
    readers: dict[str, Reader] = {
        "taxonomies": _taxonomies,
        "prizes": _prizes,
        "attachments": _attachments,
        "texts": public.texts,
        "ideas": public.ideas,
        "usual_costs": public.usual_costs,
    }
    for key, reader in readers.items():
        names[key] = key
        if key in data:
            values[key] = reader(data[key])
    categories = _categories(data["categories"]) if "categories" in data else None
    if categories is not None:
        public.check_categories(values, {row.slug for row in categories})
    return ProgrammeFile(
        municipality={key: toml.at(f"municipality.{key}", MUNICIPALITY[key], town[key]) for key in town},
        programme=values,
        categories=categories,
        names=names,
    )
