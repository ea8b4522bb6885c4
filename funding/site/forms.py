"""Forms of the roof: sign-in, setting up, people, towns, programmes, rounds, mails."""

import itertools
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from funding.bank import BankError, check_iban
from funding.calendar import STATES
from funding.fields import GermanDateField, MailField, MoneyField, TextField
from funding.models import Message, Municipality, Programme, User
from funding.policies import Role
from funding.presentation import FIRST

LAND_NAMES = {"NW": _("North Rhine-Westphalia"), "BW": _("Baden-Württemberg")}
LAENDER = [(code, LAND_NAMES[code]) for code in STATES]
LANGUAGES = [("de", _("German")), ("en", _("English")), ("tr", _("Turkish")), ("ar", _("Arabic")), ("ru", _("Russian"))]


class SignInForm(forms.Form):
    email = MailField(
        label=_("Mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("You have no account yet? Enter your address all the same: the code makes one."),
    )

    def clean_email(self) -> str:
        """The address as accounts are kept, so that the mail goes to nobody else."""
        email: str = self.cleaned_data["email"].casefold()
        try:
            email.rpartition("@")[2].encode("idna")
        except UnicodeError:
            raise ValidationError(validate_email.message) from None
        return email


class CodeForm(forms.Form):
    """The code as people copy it: with spaces or hyphens, in the digits of their keyboard."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}),
    )

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        digits = "".join(str(int(char)) for char in typed if char.isdecimal())
        if len(digits) != 6 or any(char.isalpha() for char in typed):
            raise ValidationError(_("The code has six digits and no letters. Please type it as it stands in the mail."))
        return digits


class SetupForm(forms.Form):
    """The first administrator and the first town."""

    name = TextField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = MailField(
        label=_("Your mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    town_name = TextField(label=_("Name of the town"), max_length=200, help_text=_("As in letters: Kreisstadt Unna"))
    slug = forms.SlugField(
        label=_("Short name for addresses"), max_length=50, help_text=_("Small letters and hyphens: unna")
    )
    state = forms.ChoiceField(label=_("Land"), choices=LAENDER)


class PersonForm(forms.Form):
    """Somebody who gets a role in a town."""

    town = forms.ModelChoiceField(Municipality.objects.none(), label=_("Town"), empty_label=None)
    email = MailField(
        label=_("Mail address"), max_length=254, help_text=_("They sign in with a code that we send to this address.")
    )
    name = TextField(label=_("Name"), max_length=200)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, *args: Any, towns: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["town"].queryset = towns  # type: ignore[attr-defined]
        if len(towns) == 1:
            self.fields["town"].widget = forms.HiddenInput()
            self.fields["town"].initial = towns[0]


class TownForm(forms.ModelForm):
    """What letters, payments and the public pages say about a town."""

    languages = forms.MultipleChoiceField(
        label=_("Languages applicants may write in"), choices=LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    state = forms.ChoiceField(label=_("Land"), choices=LAENDER)

    class Meta:
        model = Municipality
        fields = [
            *("name", "state", "office", "street", "postal_code", "city", "phone", "email"),
            *("remedy", "court", "court_address", "payment_channel", "iban", "bic", "account_holder", "languages"),
            "official",
        ]
        labels = {
            "name": _("Name of the town"),
            "office": _("Office that advises"),
            "street": _("Street and number"),
            "postal_code": _("Postal code"),
            "city": _("City"),
            "phone": _("Phone"),
            "email": _("Mail address"),
            "remedy": _("Remedy against a letter"),
            "court": _("Court, or authority that hears objections"),
            "court_address": _("Its address"),
            "payment_channel": _("How payments leave"),
            "iban": _("IBAN the town pays from"),
            "bic": _("BIC"),
            "account_holder": _("Account holder"),
            "official": _("This is an official website of the town"),
        }
        help_texts = {
            "court": "",
            "official": _("Shows the bar of official websites. Only with the town's consent."),
            "payment_channel": _("Every payment leaves through exactly one of them."),
        }

    def clean_iban(self) -> str:
        iban: str = self.cleaned_data["iban"]
        if not iban:
            return ""
        try:
            return check_iban(iban)
        except BankError as error:
            raise ValidationError(str(error)) from None


class UploadForm(forms.Form):
    """A programme file (TOML)."""

    file = forms.FileField(
        label=_("Programme file"),
        max_length=200,
        help_text=_("A TOML file with the town, the programme, its categories and its lists."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > 200_000:
            raise ValidationError(_("This file is too large for a programme. Please choose another."))
        return file


class ProgrammeForm(forms.Form):
    """The settings of a programme that change from year to year; lists and categories come with its file."""

    name = TextField(label=_("Name"), max_length=200)
    basis = TextField(label=_("Guideline a letter cites"), max_length=300)
    summary = TextField(
        label=_("What is funded, in plain words"), required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    contact_name = TextField(
        label=_("Who advises: name"),
        required=False,
        max_length=100,
        help_text=_("What stays empty is the town's own."),
    )
    contact_phone = TextField(label=_("Who advises: phone"), required=False, max_length=50)
    contact_email = MailField(label=_("Who advises: mail address"), required=False, max_length=254)
    cap_per_project_cents = MoneyField(label=_("Highest grant per project"), required=False)
    budget_per_year_cents = MoneyField(
        label=_("Budget per year"), required=False, help_text=_("For years that are opened from now on.")
    )
    board = TextField(label=_("Name of the board"), required=False, max_length=100)
    without_board_cents = MoneyField(
        label=_("The town may decide without the board up to"),
        required=False,
        help_text=_("Of what is asked for. Empty: the board advises on every application."),
    )
    notice_days = forms.IntegerField(
        label=_("Days between the invitation of the board and its meeting"), min_value=0, max_value=90
    )
    tie = forms.ChoiceField(label=_("When the board's votes are equal"), choices=Programme.Tie.choices)
    financing = forms.ChoiceField(label=_("Type of financing"), choices=Programme.Financing.choices)
    payment_mode = forms.ChoiceField(label=_("Payment"), choices=Programme.PaymentMode.choices)
    proof_due_months = forms.IntegerField(
        label=_("Months after the end until the usage proof is due"), min_value=1, max_value=24
    )
    lead_time_weeks = forms.IntegerField(label=_("Weeks before the start to apply"), min_value=0, max_value=52)
    decision_weeks = forms.IntegerField(
        label=_("Weeks until the answer, where a round promises no day"), min_value=1, max_value=52
    )
    answer_days = forms.IntegerField(label=_("Days to answer when changes are asked for"), min_value=1, max_value=120)
    minor_change_cents = MoneyField(label=_("Minor changes up to (Bagatelle)"))
    small_claim_cents = MoneyField(label=_("Claims that are not pursued, up to"))
    individuals_may_apply = forms.BooleanField(label=_("Single people may apply"), required=False)

    def __init__(self, data: Any = None, *, programme: Programme) -> None:
        initial = {name: getattr(programme, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        self.texts = programme.texts
        names = dict(LANGUAGES)
        self.summaries = {f"summary_{code}": code for code in programme.municipality.languages if code != FIRST}
        for name, code in self.summaries.items():
            self.fields[name] = TextField(
                label=gettext("What is funded, in plain words: %s") % names.get(code, code),
                required=False,
                initial=self.texts.get(code, {}).get("summary", ""),
                widget=forms.Textarea(attrs={"rows": 5, "lang": code, "dir": "auto"}),
            )
        self.order_fields(["name", "basis", "summary", *self.summaries])

    def to_save(self) -> dict[str, Any]:
        """Field of the programme -> value; what the languages say besides the summary stays."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in self.summaries}
        values["texts"] = dict(self.texts)
        for name, code in self.summaries.items():
            if self.cleaned_data[name] or code in self.texts:
                values["texts"][code] = {**self.texts.get(code, {}), "summary": self.cleaned_data[name]}
        return values


class RoundForm(forms.Form):
    """A period in which people may apply, with the days promised to them."""

    name = TextField(label=_("Name"), max_length=100, help_text=_("For example: spring 2027"))
    opens_on = GermanDateField(label=_("First day"))
    closes_on = GermanDateField(label=_("Last day"))
    board_meets_on = GermanDateField(label=_("The board meets on"), required=False)
    answer_by = GermanDateField(label=_("Everybody has an answer by"), required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        days = [data.get(name) for name in ("opens_on", "closes_on", "board_meets_on", "answer_by")]
        names = ("opens_on", "closes_on", "board_meets_on", "answer_by")
        known = [(day, name) for day, name in zip(days, names, strict=True) if day]
        for (earlier, _name), (later, name) in itertools.pairwise(known):
            if later < earlier:
                self.add_error(name, _("This day lies before the one above. Please check both."))
        return data


class MessageForm(forms.Form):
    """A mail before it goes."""

    subject = TextField(label=_("Subject"), max_length=300)
    body = TextField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 14}))

    def clean_subject(self) -> str:
        # A line break in a subject would be a header of its own.
        return " ".join(str(self.cleaned_data["subject"]).split())


class SearchForm(forms.Form):
    """Search by words."""

    q = TextField(label=_("Search"), required=False, max_length=100)


class OutboxFilter(SearchForm):
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("late", _("Did not go out")), *Message.State.choices],
        initial="",
    )


class AuditFilter(forms.Form):
    """Which entries of the event log to show."""

    kind = TextField(label=_("What happened"), required=False, max_length=60, help_text=_("For example: grant.accept"))
    case = forms.IntegerField(
        label=_("Number of the object"), required=False, min_value=1, help_text=_("The number in the column “About”.")
    )


class AbsenceForm(forms.Form):
    """From when to when one is away, and who stands in."""

    first = GermanDateField(label=_("First day away"))
    last = GermanDateField(label=_("Last day away"))
    deputy = forms.ModelChoiceField(label=_("Who stands in"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, deputies: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = deputies  # type: ignore[attr-defined]
