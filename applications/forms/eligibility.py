"""The five questions before the form, asked of people without an account; their answers begin the draft."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import LegalForm
from applications.rules import eligibility
from funding.fields import GermanDateField, MoneyField
from funding.models import Programme

NEEDED = gettext_lazy("Please choose one of the answers.")
IN = "in "  # before the name of a district: it cannot be mistaken for another answer


class Question(forms.Form):
    """One question; `title` asks it."""

    title: Any
    lead: Any = ""

    def __init__(self, data: Any = None, *, programme: Programme) -> None:
        super().__init__(data)
        self.programme = programme
        self.prepare()

    def prepare(self) -> None:
        """Fit the answers to the programme."""


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": NEEDED, "invalid_choice": NEEDED},
    )


class WhoQuestion(Question):
    title = gettext_lazy("Who are you?")
    legal_form = _choice(title, list(LegalForm.choices))


class WhereQuestion(Question):
    title = gettext_lazy("Where does your project take place?")
    where = _choice(title, [])

    def prepare(self) -> None:
        programme = self.programme
        town = programme.municipality.city or programme.municipality.name
        districts = programme.taxonomies.get("districts", [])
        whole = _("In several parts of %s") if districts else _("In %s")
        self.fields["where"].choices = [  # type: ignore[attr-defined]
            *((f"{IN}{name}", programme.word(name)) for name in districts),
            (eligibility.TOWN, whole % town),
            (eligibility.PARTLY, _("Partly in %s, partly somewhere else") % town),
            (eligibility.OUTSIDE, _("Somewhere else")),
        ]


class WhenQuestion(Question):
    title = gettext_lazy("When does it take place?")
    lead = gettext_lazy("You do not know it yet? Then leave it empty and go on.")
    start = GermanDateField(
        label=gettext_lazy("When does it begin?"),
        help_text=gettext_lazy("The first day on which you order, buy or do something for the project."),
        required=False,
    )
    end = GermanDateField(label=gettext_lazy("When does it end?"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("The project would end before it begins. Please look at both dates."))
        return cleaned


class AudienceQuestion(Question):
    title = gettext_lazy("Who may come?")
    audience = _choice(
        title,
        [
            (eligibility.EVERYBODY, gettext_lazy("Everybody")),
            (eligibility.SOME, gettext_lazy("Certain people, for example women, young people or one school")),
            (eligibility.MEMBERS, gettext_lazy("Only members of our own group")),
        ],
    )


class AmountQuestion(Question):
    title = gettext_lazy("About how much will it cost?")
    lead = gettext_lazy("Everything together, also what others pay. A guess is enough, and you can change it later.")
    total = MoneyField(
        label=gettext_lazy("All costs together"),
        help_text=gettext_lazy("For example 1.500. You do not know it yet? Then leave it empty and go on."),
        required=False,
    )

    def clean_total(self) -> int | None:
        total: int | None = self.cleaned_data["total"]
        if total == 0:
            raise ValidationError(_("A project that costs nothing needs no money. Please enter what it will cost."))
        return total


QUESTIONS: dict[str, type[Question]] = {
    "who": WhoQuestion,
    "where": WhereQuestion,
    "when": WhenQuestion,
    "for-whom": AudienceQuestion,
    "how-much": AmountQuestion,
}


def facts(answers: dict[str, Any]) -> eligibility.Facts:
    """What the rule judges, from the cleaned answers there are."""
    where = answers.get("where", "")
    return eligibility.Facts(
        legal_form=answers.get("legal_form", ""),
        where=eligibility.TOWN if where.startswith(IN) else where,
        start=answers.get("start"),
        audience=answers.get("audience", ""),
        total_cents=answers.get("total"),
    )


def for_draft(answers: dict[str, Any]) -> dict[str, Any]:
    """The same as fields of an application, for what was answered and nothing else."""
    where, audience = answers.get("where", ""), answers.get("audience")
    found = {
        "start": answers.get("start"),
        "end": answers.get("end"),
        "district": where.removeprefix(IN) if where.startswith(IN) else None,
        "public": audience == eligibility.EVERYBODY if audience else None,
    }
    return {name: value for name, value in found.items() if value is not None}
