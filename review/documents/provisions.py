"""Ancillary provisions with their placeholders filled, as they will stand in the letter. German, always."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.documents import german_day
from applications.letter_forms import fill_line, names_in
from funding import calendar
from funding.money import format_eur

# What a text may name: filled from the case, or asked for where the provision is picked.
FROM_CASE = {
    "betrag": _("the grant"),
    "titel": _("the title of the project"),
    "organisation": _("the applicant"),
    "aktenzeichen": _("the file number"),
    "beginn": _("the first day of the project"),
    "ende": _("the last day of the project"),
    "nachweis_bis": _("the day by which the usage proof is due"),
}
ASKED = {"datum": _("a day that you enter when you pick it"), "summe": _("a sum that you enter when you pick it")}
PLACEHOLDERS = {**FROM_CASE, **ASKED}


def asked_in(text: str) -> list[str]:
    """The placeholders of a text that only the decider can fill, in its order."""
    return [name for name in names_in(text) if name in ASKED]


def case_values(application: Any, cents: int) -> dict[str, str]:
    """What the case itself says for each placeholder."""
    programme, town = application.programme, application.municipality
    due = application.end and calendar.proof_due_on(application.end, programme.proof_due_months, town.state)
    return {
        "betrag": format_eur(cents),
        "titel": application.title,
        "organisation": application.organisation.name,
        "aktenzeichen": application.file_number,
        **{name: german_day(day) if day else "" for name, day in _days(application, due).items()},
    }


def _days(application: Any, due: date | None) -> dict[str, date | None]:
    return {"beginn": application.start, "ende": application.end, "nachweis_bis": due}


def asked_values(entered: Mapping[str, Any]) -> dict[str, str]:
    """What was entered for the placeholders that are asked for: `datum` as ISO day, `summe` in cents."""
    values = {}
    if day := entered.get("datum"):
        values["datum"] = german_day(date.fromisoformat(day))
    if cents := entered.get("summe"):
        values["summe"] = format_eur(cents)
    return values


def finished(template: str, application: Any, cents: int, entered: Mapping[str, Any]) -> str:
    """The sentence as the letter prints it. Raises KeyError for a placeholder without a value."""
    return fill_line(template, case_values(application, cents) | asked_values(entered))
