"""What people type about an application, section by section, to clean answers for the operations."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from applications.models import (
    Application,
    LegalForm,
    Organisation,
)
from applications.operations import Sent
from funding.bank import BankError, check_iban, format_iban, sepa_text
from funding.fields import GermanDateField, TextField

LONG_TEXT = 5000
ABOUT_THE_PAGE = ("version", "page")
KNOWN = "known-"  # before the name of a question: the version of its answer this page has shown since


def _long(label: Any, help_text: Any = "", *, required: bool = False, rows: int = 5) -> TextField:
    return TextField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _choices(values: Iterable[str], present: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The town's list; what was chosen before and has left the list stays choosable."""
    listed = list(values)
    return [(value, value) for value in [*listed, *(value for value in present if value and value not in listed)]]


class SectionForm(forms.Form):
    """The questions of one section. A field bears the name of what it answers on the application or organisation.

    `partial` lets questions stay open ("save and come back"); what is typed must still be right. `version` and `page`
    tell what this page knew when it was made (see `operations.Sent`).
    """

    version = forms.CharField(
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("The page did not arrive completely. Please send it once more.")},
    )
    page = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    section: str
    of_organisation: tuple[str, ...] = ()
    prefilled: tuple[str, ...] = ()  # has an answer before anybody gave one
    formsets: tuple = ()
    is_rearranged = False

    def __init__(self, data: Any = None, *, application: Application, partial: bool = False) -> None:
        self.application, self.partial = application, partial
        super().__init__(data)
        self.initial = {name: self.stored(name) for name in self.base_fields if name not in ABOUT_THE_PAGE}
        self.initial["version"] = application.progress(self.section).version
        self.prepare()
        self.questions = [name for name in self.fields if name not in ABOUT_THE_PAGE]
        self.needed = [name for name in self.questions if self.fields[name].required]
        for name in self.needed:
            self.fields[name].required = not partial
            self.fields[name].error_messages["required"] = _("Please answer this question.")

    def stored(self, name: str) -> Any:
        """The answer as it is kept now, as the field shows it."""
        holder = self.application.organisation if name in self.of_organisation else self.application
        return getattr(holder, name)

    def prepare(self) -> None:
        """Fit the fields to the programme."""

    @property
    def is_begun(self) -> bool:
        """Whether one of the questions that need an answer has one (where none does: any question)."""
        asked = [name for name in self.needed or self.questions if name not in self.prefilled]
        return any(self.initial[name] for name in asked)

    @property
    def is_answered(self) -> bool:
        """Whether what is kept can stand as it is, should nothing be missing."""
        return bool(self.needed) and self.is_begun

    @property
    def is_complete(self) -> bool:
        """Whether what was sent answers all that needs an answer."""
        given = [name for name, value in self.cleaned_data.items() if value not in (None, "", [])]
        return set(self.needed) <= set(given)

    # --- What was typed ---------------------------------------------------------------------------------------------

    def sent(self, names: Iterable[str] | None = None) -> Sent:
        """What this page sends: all its answers, or those whose inputs bear one of these `names`."""
        answers = self._answers(names)
        versions = {
            name: int(found)
            for name in self.questions
            if (found := self.data.get(f"{KNOWN}{name}", "")).isdecimal() and len(found) < 10
        }
        return Sent(*answers, version=self._known_version(), versions=versions, page=self.data.get("page", "")[:200])

    def _known_version(self) -> int:
        """A page that does not say what it knew knew nothing."""
        found = str(self.data.get("version", ""))
        return int(found) if found.isdecimal() and len(found) < 10 else 0

    def _answers(self, names: Iterable[str] | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """(what can be kept as it is, what cannot be read yet) of the questions asked about."""
        read = self._reading(self.data, self._asked(self.questions if names is None else self._questions_of(names)))
        values = {name: value for name, value in read.cleaned_data.items() if name in self.questions}
        return values, {name: read.typed(name) for name in read.errors if name in self.questions}

    def _asked(self, questions: Iterable[str]) -> list[str]:
        """Those a page has really sent; of boxes nobody ticked there is no trace, so a page of ours counts as one."""
        if not self.data.get("version"):
            return []
        widgets = {name: self.fields[name].widget for name in questions}
        return [name for name, widget in widgets.items() if not widget.value_omitted_from_data(self.data, {}, name)]

    def _questions_of(self, names: Iterable[str]) -> list[str]:
        """The questions to which inputs of these names belong; a date has three."""
        found = []
        for name in self.questions:
            parts = getattr(self.fields[name].widget, "widgets_names", [""])
            if {f"{name}{part}" for part in parts} & set(names):
                found.append(name)
        return found

    def _reading(self, data: Any, questions: Iterable[str]) -> "SectionForm":
        """This form with some of its questions only, each of which may stay open."""
        form = type(self)(data, application=self.application, partial=True)
        for name in set(form.fields) - set(questions):
            del form.fields[name]
        form.full_clean()
        return form

    def typed(self, name: str) -> Any:
        """The answer as it was typed."""
        return self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))

    def show_typed(self) -> None:
        """Show what was typed last and cannot be read yet instead of what is kept, each with its sentence."""
        typed = {
            name: value
            for name, value in self.application.progress(self.section).typed.items()
            if name in self.questions
        }
        if typed:
            self.initial.update(typed)
            self._errors = self._reading(self._as_sent(typed), typed).errors

    def _as_sent(self, answers: dict[str, Any]) -> QueryDict:
        """Answers as a browser would send them."""
        data = QueryDict(mutable=True)
        for name, value in answers.items():
            for part, values in self.inputs_of(name, value).items():
                data.setlist(part, values)
        return data

    def inputs_of(self, name: str, value: Any) -> dict[str, list[str]]:
        """The inputs of a question, each with the values it has when the answer is `value`."""
        field = self.fields[name]
        if isinstance(field.widget, forms.MultiWidget):
            parts = value if isinstance(value, list) else field.widget.decompress(value)
            names = [f"{name}{part}" for part in field.widget.widgets_names]
            return {part: [as_text(found)] for part, found in zip(names, parts, strict=True)}
        if isinstance(field.widget, forms.CheckboxInput):
            return {name: ["on"] if value else []}
        if isinstance(value, list):
            return {name: [as_text(found) for found in value]}
        return {name: [as_text(field.prepare_value(value))]}

    def has(self, name: str) -> bool:
        """Whether this form asks for it."""
        return name in self.questions

    def place(self, name: str) -> Any:
        """Where a page hangs what belongs beside a question."""
        return self.fields[name]

    def shown(self, name: str) -> Any:
        """The answer as it stands, for people to read."""
        return self._shown(name, self.fields[name])

    def without(self, name: str) -> QueryDict:
        """What was sent, with the stored answer in the place of one that was typed."""
        data = self.data.copy()
        typed = self.application.progress(self.section).typed
        for part, values in self.inputs_of(name, typed.get(name, self.stored(name))).items():
            data.setlist(part, values)
        return data

    def pairs(self) -> list[tuple[Any, Any]]:
        """(question, answer) as they stand, for the page on which people check their answers."""
        return [(self.fields[name].label, self._shown(name, self.fields[name])) for name in self.questions]

    def _shown(self, name: str, field: forms.Field) -> Any:
        value = self.initial[name]
        if name in self.application.progress(self.section).typed and name in (self._errors or ()):
            return " ".join(value) if isinstance(value, list) else value
        if isinstance(field, forms.BooleanField):
            return _("yes") if value else _("no")
        if isinstance(value, date):
            return date_format(value)
        if isinstance(value, list):
            return "\n".join(value)
        if isinstance(field, forms.ChoiceField):
            return dict(field.choices).get(value, value) if value else ""  # type: ignore[arg-type]
        return value


def as_text(value: Any) -> str:
    return "" if value is None else str(value)


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
    email = forms.EmailField(label=gettext_lazy("Mail address"), required=False, max_length=254)
    phone = TextField(label=gettext_lazy("Phone"), required=False, max_length=50)

    def stored(self, name: str) -> Any:
        value = super().stored(name)
        return "\n".join(value) if name == "representatives" else value

    def prepare(self) -> None:
        if not self.application.programme.individuals_may_apply:
            field = self.fields["legal_form"]
            field.choices = [choice for choice in field.choices if choice[0] != LegalForm.INDIVIDUAL]  # type: ignore[attr-defined]

    def clean_representatives(self) -> list[str]:
        return [name for line in self.cleaned_data["representatives"].splitlines() if (name := " ".join(line.split()))]


class IdeaForm(SectionForm):
    section = "idea"
    prefilled = ("language",)
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
    summary_de = _long(
        gettext_lazy("The same in German"),
        gettext_lazy("Only if you write in another language, and if you can. Otherwise we help you with it."),
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
        application, lists = self.application, self.application.programme.taxonomies
        codes = dict.fromkeys(["de", *application.municipality.languages, application.language])
        self.fields["language"].choices = [(code, _language_name(code)) for code in codes]  # type: ignore[attr-defined]
        fields = _choices(lists.get("action_fields", []), [application.action_field])
        self._offer("action_field", [("", _("Please choose")), *fields] if fields else [])
        self._offer("cross_cutting", _choices(lists.get("cross_cutting_fields", []), application.cross_cutting))
        self._offer("life_phases", _choices(lists.get("life_phases", []), application.life_phases))

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
    start = GermanDateField(
        label=gettext_lazy("When does it begin?"),
        help_text=gettext_lazy("The first day on which you order, buy or do something for the project."),
    )
    end = GermanDateField(label=gettext_lazy("When does it end?"))
    place = TextField(label=gettext_lazy("Where does it take place?"), required=False, max_length=200)
    district = forms.ChoiceField(label=gettext_lazy("In which part of town?"), required=False)

    def prepare(self) -> None:
        districts = _choices(self.application.programme.taxonomies.get("districts", []), [self.application.district])
        self.fields["district"].choices = [("", _("In several or in none of these")), *districts]  # type: ignore[attr-defined]
        if not districts:
            del self.fields["district"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("The project would end before it begins. Please look at both dates."))
        return cleaned


class PeopleForm(SectionForm):
    section = "people"
    participants = forms.IntegerField(
        label=gettext_lazy("How many people will take part?"), required=False, min_value=0, max_value=1_000_000
    )
    volunteers = forms.IntegerField(
        label=gettext_lazy("How many help without being paid?"), required=False, min_value=0, max_value=1_000_000
    )
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


class BankForm(SectionForm):
    section = "bank"
    of_organisation = ("iban", "account_holder", "input_tax", "gemeinnuetzig", "gemeinnuetzig_until")
    prefilled = ("input_tax",)
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

    def stored(self, name: str) -> Any:
        value = super().stored(name)
        return format_iban(value) if name == "iban" else value

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
