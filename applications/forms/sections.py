"""The questions of an application, section by section; what it costs stands in `plan`."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from applications.forms.answering import SectionForm
from applications.models import (
    Application,
    LegalForm,
    Organisation,
)
from funding.bank import BankError, check_iban, format_iban, sepa_text
from funding.fields import GermanDateField, MailField, MoneyField, TextField

LONG_TEXT = 5000


def _long(label: Any, help_text: Any = "", *, required: bool = False, rows: int = 5) -> TextField:
    return TextField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _choices(programme: Any, name: str, present: Iterable[str]) -> list[tuple[str, str]]:
    """A list of the town, in the reader's language; what was chosen before and has left the list stays choosable."""
    listed = programme.taxonomies.get(name, [])
    values = [*listed, *(value for value in present if value and value not in listed)]
    return [(value, programme.word(value)) for value in values]


class OrganisationForm(SectionForm):
    section = "organisation"
    of_organisation = (
        "name",
        "legal_form",
        "representatives",
        "street",
        "postal_code",
        "city",
        "email",
        "phone",
    )
    proposed = ("city",)
    examples = {
        "name": gettext_lazy("Initiative Wegweiser Königsborn"),
        "representatives": gettext_lazy("Leyla Aydın\nJonas Brink"),
    }
    name = TextField(
        label=gettext_lazy("What is your group or organisation called?"),
        help_text=gettext_lazy("If you apply as one person: your own name."),
        max_length=200,
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("What are you?"),
        choices=[("", gettext_lazy("Please choose")), *LegalForm.choices],
        help_text=gettext_lazy(
            "Not an association? That is fine. Then the people you name below promise together that the money is used "
            "as agreed, and each of them may be asked to pay back all of it."
        ),
    )
    representatives = TextField(
        label=gettext_lazy("Who signs for you?"),
        help_text=gettext_lazy("First and last name, one person per line."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    street = TextField(label=gettext_lazy("Street and number"), max_length=200)
    postal_code = TextField(
        label=gettext_lazy("Postal code"), max_length=10, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    city = TextField(label=gettext_lazy("Town"), max_length=100)
    email = MailField(label=gettext_lazy("Mail address"), required=False, max_length=254)
    phone = TextField(label=gettext_lazy("Phone"), required=False, max_length=50)

    def stored(self, name: str) -> Any:
        value = super().stored(name)
        return "\n".join(value) if name == "representatives" else value

    def prepare(self) -> None:
        if not self.application.programme.individuals_may_apply:
            field = self.fields["legal_form"]
            field.choices = [choice for choice in field.choices if choice[0] != LegalForm.INDIVIDUAL]  # type: ignore[attr-defined]

    def propose(self, user: Any) -> None:
        self._propose("city", self.application.municipality.city)
        if not self.application.paper:
            self._propose("representatives", user.name)

    def clean_representatives(self) -> list[str]:
        return [name for line in self.cleaned_data["representatives"].splitlines() if (name := " ".join(line.split()))]


class IdeaForm(SectionForm):
    section = "idea"
    prefilled = ("language",)
    long_only = ("need", "goals", "remains", "cross_cutting", "life_phases")
    optional_in_short = ("action_field",)
    examples = {
        "title": gettext_lazy("Learning to cycle together"),
        "summary": gettext_lazy(
            "Ten women who came to our town in the last years learn to cycle. Two volunteers practise with them on "
            "Saturdays in the schoolyard. At the end we all ride to the lake."
        ),
        "need": gettext_lazy("Many of us cannot get to work by bus in the early morning. With a bicycle we can."),
        "goals": gettext_lazy("Ten women ride safely in traffic by October. Five of them help with the next course."),
        "remains": gettext_lazy("The bicycles stay with the neighbourhood house and are lent out."),
    }
    title = TextField(
        label=gettext_lazy("What is your project called?"),
        max_length=200,
        help_text=gettext_lazy("For example: Neighbourhood tours by newcomers for newcomers"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language do you write?"),
        help_text=gettext_lazy("Any of these is fine. The town works with a German version, which you confirm."),
    )
    summary = _long(
        gettext_lazy("What do you want to do?"),
        gettext_lazy("Three to five sentences. They are published if you get the money."),
        required=True,
    )
    need = _long(gettext_lazy("Why is it needed?"), rows=4)
    goals = _long(
        gettext_lazy("What do you want to reach?"),
        gettext_lazy("If you can, with a number: twelve tours, 180 guests."),
        rows=4,
    )
    remains = _long(gettext_lazy("What is left when the project is over?"), rows=3)
    action_field = forms.ChoiceField(label=gettext_lazy("What is it mainly about?"))
    cross_cutting = forms.MultipleChoiceField(
        label=gettext_lazy("Is it also about this?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    life_phases = forms.MultipleChoiceField(
        label=gettext_lazy("Which time of life does it concern?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        application, programme = self.application, self.application.programme
        codes = dict.fromkeys(["de", *application.municipality.languages, application.language])
        self.fields["language"].choices = [(code, _language_name(code)) for code in codes]  # type: ignore[attr-defined]
        fields = _choices(programme, "action_fields", [application.action_field])
        self._offer("action_field", [("", _("Please choose")), *fields] if fields else [])
        self._offer("cross_cutting", _choices(programme, "cross_cutting_fields", application.cross_cutting))
        self._offer("life_phases", _choices(programme, "life_phases", application.life_phases))

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Ask only where the town has a list to choose from."""
        if choices:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields[name]


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


class WhenForm(SectionForm):
    section = "when"
    optional_in_short = ("end",)
    examples = {"place": gettext_lazy("Schoolyard of the primary school, Berliner Allee")}
    start = GermanDateField(
        label=gettext_lazy("When does it begin?"),
        help_text=gettext_lazy("The first day on which you order, buy or do something for the project."),
    )
    end = GermanDateField(label=gettext_lazy("When does it end?"))
    early_start = forms.BooleanField(
        label=gettext_lazy("We need to begin before you decide, and ask for your consent to that."),
        help_text=gettext_lazy(
            "Begin only after we have said yes to this. What was begun before that is not paid for, and the consent is "
            "no promise of money."
        ),
        required=False,
    )
    place = TextField(label=gettext_lazy("Where does it take place?"), required=False, max_length=200)
    district = forms.ChoiceField(label=gettext_lazy("In which part of town?"), required=False)

    def stored(self, name: str) -> Any:
        value = super().stored(name)
        return bool(value) if name == "early_start" else value

    def prepare(self) -> None:
        if self.application.early_start not in ("", Application.EarlyStart.ASKED):
            del self.fields["early_start"]  # already answered
        districts = _choices(self.application.programme, "districts", [self.application.district])
        self.fields["district"].choices = [("", _("In several or in none of these")), *districts]  # type: ignore[attr-defined]
        if not districts:
            del self.fields["district"]

    def clean_early_start(self) -> str:
        asked = self.cleaned_data["early_start"]
        return Application.EarlyStart.ASKED.value if asked else Application.EarlyStart.NOT_ASKED.value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and not end and "end" in cleaned and not self.partial:
            cleaned["end"] = end = start  # only the short form lets it stay empty
        if start and end and end < start:
            self.add_error("end", _("The project would end before it begins. Please look at both dates."))
        return cleaned


def _people(label: Any) -> forms.IntegerField:
    number = gettext_lazy("Please enter a number without a sign, for example 25.")
    fewer = gettext_lazy("That is more than a million people. Please look at the number again.")
    errors = {"invalid": number, "min_value": number, "max_value": fewer}
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=1_000_000, error_messages=errors)


class PeopleForm(SectionForm):
    section = "people"
    long_only = ("partners", "accessibility")
    examples = {
        "target_groups": gettext_lazy("Women from Syria, Ukraine and Eritrea who live in Königsborn"),
        "partners": gettext_lazy("The primary school lends us its yard, the police explain the rules."),
        "accessibility": gettext_lazy("No steps, a toilet for wheelchairs, somebody translates into Arabic."),
    }
    participants = _people(gettext_lazy("How many people will take part?"))
    volunteers = _people(gettext_lazy("How many help without being paid?"))
    target_groups = _long(gettext_lazy("Who are they?"), gettext_lazy("For example: families new in town"), rows=2)
    partners = _long(gettext_lazy("Who works with you?"), rows=2)
    public = forms.TypedChoiceField(
        label=gettext_lazy("May everybody come?"),
        required=False,
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No, only certain people"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    accessibility = _long(
        gettext_lazy("How do you make it easy for people with disabilities to take part?"),
        gettext_lazy("For example: no steps, plain language, somebody who signs."),
        rows=2,
    )

    def stored(self, name: str) -> Any:
        value = super().stored(name)
        return {True: "yes", False: "no", None: ""}[value] if name == "public" else value


def _payable(name: str) -> str:
    """The name, if a transfer can carry it."""
    try:
        return sepa_text(name, 70) and name
    except BankError:
        return ""


class BankForm(SectionForm):
    section = "bank"
    of_organisation = (
        "iban",
        "account_holder",
        "input_tax",
        "gemeinnuetzig",
        "gemeinnuetzig_until",
        "de_minimis_cents",
    )
    prefilled = ("input_tax",)
    proposed = ("account_holder",)
    iban = TextField(
        label=gettext_lazy("IBAN"), max_length=50, widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"})
    )
    account_holder = TextField(
        label=gettext_lazy("Whose account is it?"),
        help_text=gettext_lazy(
            "As the bank writes the name. Best is an account of the group or of a person who signs."
        ),
        max_length=70,
    )
    input_tax = forms.ChoiceField(
        label=gettext_lazy("Do you get input tax back from the tax office?"),
        help_text=gettext_lazy("Most groups do not. If you do, we ask you at each cost how much tax is in it."),
        choices=Organisation.InputTax.choices,
        widget=forms.RadioSelect,
    )
    gemeinnuetzig = forms.BooleanField(
        label=gettext_lazy("The tax office recognises us as serving the public good (gemeinnützig)."), required=False
    )
    gemeinnuetzig_until = GermanDateField(
        label=gettext_lazy("Until when does the notice of the tax office hold?"), required=False
    )
    de_minimis_cents = MoneyField(
        label=gettext_lazy("How much de-minimis aid did you get in the last three years?"),
        help_text=gettext_lazy("Only if you sell goods or services. Letters about such aid say so. If none: 0."),
        required=False,
    )

    def stored(self, name: str) -> Any:
        value = super().stored(name)
        return format_iban(value) if name == "iban" else value

    def prepare(self) -> None:
        """Who is no association has no tax office that says so, and gets no input tax back."""
        organisation = self.application.organisation
        if "de-minimis" not in self.application.programme.checklist:
            del self.fields["de_minimis_cents"]
        if organisation.is_unregistered or organisation.is_person:
            usual = {"input_tax": Organisation.InputTax.NO, "gemeinnuetzig": False, "gemeinnuetzig_until": None}
            for name in [
                name for name, value in usual.items() if self.initial[name] == value and name not in self.data
            ]:
                del self.fields[name]

    def propose(self, user: Any) -> None:
        organisation = self.application.organisation
        names = [organisation.name]
        if organisation.is_unregistered:  # banks seldom open an account in the name of such a group
            names = organisation.representatives[:1] or names
        self._propose("account_holder", _payable(names[0]))

    def clean_iban(self) -> str:
        if not self.cleaned_data["iban"]:
            return ""
        try:
            return check_iban(self.cleaned_data["iban"])
        except BankError as error:
            raise ValidationError(str(error)) from error

    def clean_account_holder(self) -> str:
        """Refused here, where it can be mended, and not when the payment is to go out."""
        holder = " ".join(self.cleaned_data["account_holder"].split())
        if holder:
            try:
                sepa_text(holder, 70)
            except BankError as error:
                raise ValidationError(str(error)) from error
        return holder
