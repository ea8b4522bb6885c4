"""Application files: how a paper application comes in, and what such a file may say.

`parse` reads the format and refuses, by name, what it does not know; `import_application` writes it all or nothing.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from applications import operations
from applications.models import Application, CostLine, FinancingLine, LegalForm, Organisation
from applications.narrative import german_entry
from applications.workflow import ENDED, State
from budgets.operations import open_year
from funding import clock, money, toml
from funding.gate import save_with_history, writes
from funding.models import Programme
from funding.policies import SYSTEM
from funding.toml import FileError, Reader

SAMPLES = Path(__file__).parent / "samples"
MAX_COUNT = 1_000_000
YEARS = range(1900, 2200)  # those the web form takes

# --- Reading ----------------------------------------------------------------------------------------------------------


def _day(value: Any) -> datetime.date:
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise FileError(_("must be a date like 2026-03-24, without quotation marks"))
    if value.year not in YEARS:
        raise FileError(_("must lie between the years 1900 and 2199"))
    return value


def _quantity(value: Any) -> Decimal:
    try:
        return money.quantity_from_decimal_string(value)
    except money.AmountError as error:
        raise FileError(str(error)) from None


def _iban(value: Any) -> str:
    return "".join(toml.text(value).split()).upper()


def _one_of(*choices: str) -> Reader:
    def read(value: Any) -> str:
        if value not in choices:
            raise FileError(
                _("“%(value)s” is unknown; one of: %(choices)s") % {"value": value, "choices": ", ".join(choices)}
            )
        return str(value)

    return read


Readers = dict[str, Reader]

ANSWERS: Readers = {
    **dict.fromkeys(("title", "summary", "summary_de", "language", "action_field", "district"), toml.text),
    **dict.fromkeys(("cross_cutting", "life_phases"), toml.texts),
    **dict.fromkeys(("received_on", "start", "end"), _day),
    **dict.fromkeys(("participants", "volunteers"), toml.whole_number(MAX_COUNT)),
}
APPLICANT: Readers = {
    **dict.fromkeys(("name", "street", "postal_code", "city", "email", "phone", "account_holder"), toml.text),
    "legal_form": _one_of(*LegalForm.values),
    "representatives": toml.texts,
    "iban": _iban,
    "gemeinnuetzig": toml.flag,
    "gemeinnuetzig_until": _day,
    "input_tax": _one_of(*Organisation.InputTax.values),
}
COST: Readers = {
    "category": toml.text,
    "what": toml.text,
    "quantity": _quantity,
    "unit_price": toml.amount,
    "deductible_tax": toml.amount,
    "in_kind": toml.flag,
}
FINANCING: Readers = {
    "kind": _one_of(*FinancingLine.Kind.values),
    "what": toml.text,
    "status": _one_of("applied", "approved"),
    "amount": toml.amount,
}


@dataclass(frozen=True)
class ApplicationFile:
    """A read file: model field -> value."""

    answers: dict[str, Any]
    applicant: dict[str, Any]
    costs: list[dict[str, Any]]
    financing: list[dict[str, Any]]

    @property
    def received_on(self) -> datetime.date:
        return self.answers.get("received_on") or clock.today()


def _table(value: Any, where: str, readers: Readers, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    found = toml.table(value, where, readers)
    read = {key: toml.at(f"{where}: {key}", readers[key], entry) for key, entry in found.items()}
    toml.needed(read, where, *needed)
    return read


def _lines(value: Any, where: str, readers: Readers, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    return [_table(row, place, readers, needed) for place, row in toml.rows(value, where)]


def parse(content: bytes) -> ApplicationFile:
    """An application file as plain values. Raises FileError naming the first key or value that cannot be used.

    `[expected]` is for tests of the arithmetic and left aside.
    """
    data = toml.read_toml(content)
    data.pop("expected", None)
    applicant = _table(data.pop("applicant", {}), "applicant", APPLICANT, ("name",))
    costs = _lines(data.pop("costs", []), "costs", COST, ("category", "quantity", "unit_price"))
    financing = _lines(data.pop("financing", []), "financing", FINANCING, ("kind", "amount"))
    answers = _table(data, _("the file"), ANSWERS, ("title",))
    for line in costs:
        line["unit_price_cents"] = line.pop("unit_price")
        line["deductible_cents"] = line.pop("deductible_tax", 0)
        if line["deductible_cents"] > money.round_cents(line["quantity"] * line["unit_price_cents"]):
            raise FileError(_("costs: deductible_tax is more than the whole cost."))
    for line in financing:
        line["amount_cents"] = line.pop("amount")
    return ApplicationFile(answers, applicant, costs, financing)


# --- Writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imported:
    """The application as it now stands, and what the arithmetic says of it."""

    application: Application
    problems: list[str]
    warnings: list[str]
    is_known: bool = False

    @property
    def submitted(self) -> bool:
        return bool(self.application.file_number)

    def as_json(self) -> dict[str, Any]:
        """What the command prints; amounts as decimal strings, the year's pot left out."""
        result = self.application.evaluate()
        return {
            "total": money.decimal_string(result.total_cents),
            "eligible": money.decimal_string(result.eligible_cents),
            "gap": money.decimal_string(result.gap_cents),
            "highest_grant": money.decimal_string(result.highest_grant_cents),
            "binding": list(result.binding),
            "problems": self.problems,
            "warnings": self.warnings,
            "submitted": self.submitted,
            "file_number": self.application.file_number or None,
        }


def choose_programme(slug: str = "") -> Programme:
    """The programme of this slug (`town/programme` where two towns share one); without a slug, the only one there is.

    Raises FileError when none or more than one fits.
    """
    found = Programme.objects.select_related("municipality").in_order()
    if slug:
        town, _slash, name = slug.rpartition("/")
        found = found.filter(slug=name, **({"municipality__slug": town} if town else {}))
        candidates = list(found)
    else:
        candidates = list(found)
        if len(candidates) > 1:
            candidates = [programme for programme in candidates if not programme.missing_for_round()]
    if not candidates:
        raise FileError(
            _("There is no programme “%s”.") % slug if slug else _("No programme can take applications yet.")
        )
    if len(candidates) > 1:
        names = ", ".join(sorted(f"{programme.municipality.slug}/{programme.slug}" for programme in candidates))
        raise FileError(_("Please say which programme it is: %s") % names)
    return candidates[0]


@writes
def import_application(file: ApplicationFile, programme: Programme, *, submit: bool) -> Imported:
    """Write a paper application, and send it in when asked to and nothing is wrong; dates count from its receipt.

    The same application (group, title and day of receipt) is written once; a second time it is only found, or sent.
    Raises FileError for a category, field or district the programme does not know, and for a text that is too long;
    then nothing is written.
    """
    day = file.received_on
    if day > clock.today():
        raise FileError(_("received_on: This day is still to come. Please enter the day on the stamp."))
    answers = _with_german(file.answers, day)
    _check_taxonomies(answers, programme)
    costs = _with_categories(file.costs, programme)
    organisation = _organisation(file.applicant, programme)
    _assert_fits(Application, answers, _("the file"))
    known = _known(programme, organisation, answers["title"], day)
    application = known or operations.start(
        programme,
        by=SYSTEM,
        organisation=organisation,
        paper=True,
        demo=programme.municipality.demo,
        **{**answers, "received_on": day},
    )
    if known is None:
        for model, rows, where in ((CostLine, costs, "costs"), (FinancingLine, file.financing, "financing")):
            _add_lines(application, model, rows, where)
        if application.start:
            open_year(programme, application.start.year, by=SYSTEM)
    problems = operations.hindrances(application, day)
    warnings = application.warnings(day)
    if submit and not problems and application.state == State.DRAFT:
        application = operations.submit(application, by=SYSTEM, received_on=day)
    return Imported(application, problems, warnings, known is not None)


def _known(programme: Programme, organisation: Organisation, title: str, day: datetime.date) -> Application | None:
    """The application this file was entered as before, unless that one has come to an end."""
    found = Application.objects.filter(
        programme=programme, organisation=organisation, paper=True, title=title, received_on=day
    )
    return found.exclude(state__in=ENDED).order_by("pk").first()


def _with_german(answers: dict[str, Any], day: datetime.date) -> dict[str, Any]:
    """The answers as the application holds them: a German summary that came with the original was confirmed by that."""
    kept = {name: value for name, value in answers.items() if name != "summary_de"}
    german, original = answers.get("summary_de", ""), answers.get("summary", "")
    if german and original and answers.get("language", "de") != "de":
        received = datetime.datetime.combine(day, datetime.time(), clock.BERLIN)
        kept["german"] = {"summary": german_entry(german, original, by=SYSTEM, at=received, confirmed=True)}
    return kept


def _check_taxonomies(answers: dict[str, Any], programme: Programme) -> None:
    """A programme without a list takes any word; a town knows its languages."""
    lists = {
        "action_field": "action_fields",
        "district": "districts",
        "cross_cutting": "cross_cutting_fields",
        "life_phases": "life_phases",
    }
    for key, name in lists.items():
        known = programme.taxonomies.get(name, [])
        given = answers.get(key) or []
        for value in [given] if isinstance(given, str) else given:
            if known and value not in known:
                raise FileError(_("%(key)s: the programme has no “%(value)s”.") % {"key": key, "value": value})
    languages = programme.municipality.languages or ["de"]
    if answers.get("language", "de") not in languages:
        raise FileError(_("language: “%s” is none of the town's languages.") % answers["language"])


def _with_categories(costs: list[dict[str, Any]], programme: Programme) -> list[dict[str, Any]]:
    known = {category.slug: category for category in programme.categories.all()}
    for line in costs:
        if line["category"] not in known:
            raise FileError(_("costs: the programme has no category “%s”.") % line["category"])
    return [{**line, "category": known[line["category"]]} for line in costs]


def _organisation(values: dict[str, Any], programme: Programme) -> Organisation:
    """The organisation of exactly these details, else a new one: a file never changes somebody's bank account."""
    town = programme.municipality
    _assert_fits(Organisation, values, "applicant")
    new = Organisation(municipality=town, demo=town.demo, **values)
    for known in Organisation.objects.filter(municipality=town, name=new.name).order_by("pk"):
        if all(getattr(known, name) == value for name, value in values.items()):
            return known
    save_with_history(new, by=SYSTEM, reason="import")
    return new


def _add_lines(application: Application, model: type[models.Model], rows: list[dict[str, Any]], where: str) -> None:
    for position, row in enumerate(rows, start=1):
        _assert_fits(model, row, f"{where}[{position}]")
        line = model(municipality_id=application.municipality_id, application=application, position=position, **row)
        save_with_history(line, by=SYSTEM, reason="import")


def _assert_fits(model: type[models.Model], values: dict[str, Any], where: str) -> None:
    """The texts fit their columns. Raises FileError naming the key."""
    for name, value in values.items():
        if not value or not isinstance(value, str):
            continue
        try:
            model._meta.get_field(name).clean(value, None)  # type: ignore[union-attr]
        except ValidationError as error:
            raise FileError(f"{where}: {name}: {error.messages[0]}") from None
