"""Input about money: the pot, calls, payment runs, repayments, usage proofs and their check."""

from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from budgets import rules
from budgets.models import BudgetYear, Grant, Payment, UsageProof
from budgets.operations import latest_account
from budgets.workflow import PaymentState
from funding import clock
from funding.bank import BankError, check_iban, sepa_text
from funding.fields import GermanDateField, MoneyField, TextField
from funding.forms import RowFormSet
from funding.models import MAX_CENTS, Category, Programme
from funding.templatetags.show import eur_text


def _positive(form: forms.Form, name: str) -> int | None:
    """An amount above zero; the error stands at its field."""
    cents = form.cleaned_data.get(name)
    if cents is not None and cents <= 0:
        form.add_error(name, _("Please enter an amount above zero."))
    return cents


# --- The pot ----------------------------------------------------------------------------------------------------------


class YearMoveForm(forms.Form):
    """A supplement or a cut; `number` is the last ledger entry the person saw."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What changes?"),
        choices=[("supplement", _("Supplement: the year gets more")), ("cut", _("Cut: the year gets less"))],
        widget=forms.RadioSelect,
    )
    amount = MoneyField(label=_("Amount"))
    ground = TextField(
        label=_("Ground"), max_length=300, help_text=_("For example the decision of the council with its date.")
    )

    def clean(self) -> dict[str, Any]:
        _positive(self, "amount")
        return self.cleaned_data


class YearBlockForm(forms.Form):
    ground = TextField(
        label=_("Ground"), max_length=300, help_text=_("For example: the budget was approved on 12 March.")
    )


class YearOpenForm(forms.Form):
    """The pot of a year, with the budget the programme states."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    year = forms.IntegerField(label=_("Budget year"), min_value=2000, max_value=2199, localize=False)

    def __init__(self, *args: Any, towns: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.filter(municipality__in=towns, budget_per_year_cents__isnull=False)
        self.fields["programme"].queryset = programmes.in_order()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if {"programme", "year"} <= set(found):
            present = BudgetYear.objects.filter(programme=found["programme"], year=found["year"])
            if present.exists():
                self.add_error("year", _("This year is already open."))
        return found


# --- Payments ---------------------------------------------------------------------------------------------------------


class CallForm(forms.Form):
    """How much is called for; after a return by the bank also the account that works."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("How much do you need now?"))

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grant = grant
        self.fields["amount"].help_text = _("Up to %s are left.") % eur_text(grant.callable_cents)
        if grant.needs_account:
            iban, holder = latest_account(grant)
            self.fields["iban"] = TextField(
                label=_("IBAN"), max_length=42, initial=iban, help_text=_("The bank sent the last payment back.")
            )
            self.fields["account_holder"] = TextField(
                label=_("Account holder"), max_length=70, initial=holder, help_text=_("As it stands at the bank.")
            )

    def clean_iban(self) -> str:
        try:
            return check_iban(self.cleaned_data["iban"])
        except BankError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_account_holder(self) -> str:
        try:
            return sepa_text(self.cleaned_data["account_holder"], 70)
        except BankError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        _positive(self, "amount")
        return self.cleaned_data

    @property
    def account(self) -> tuple[str, str] | None:
        """(IBAN, holder) where one was asked for and differs from the one before."""
        if not self.grant.needs_account:
            return None
        account = (self.cleaned_data["iban"], self.cleaned_data["account_holder"])
        return account if account != latest_account(self.grant) else None


class PaymentSearch(forms.Form):
    words = TextField(label=_("Title, group or file number"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *PaymentState.choices])


class RunForm(forms.Form):
    """Which ordered payments leave, and on which day."""

    payments = forms.ModelMultipleChoiceField(
        label=_("Payments"),
        queryset=Payment.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Please choose at least one payment."),
            "invalid_choice": _("One of the payments is no longer waiting to be handed over. Please look at the list."),
        },
    )
    execute_on = GermanDateField(label=_("Day of execution"), help_text=_("Within the next two weeks."))

    def __init__(self, *args: Any, payments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["payments"]
        field.queryset = payments  # type: ignore[attr-defined]
        field.label_from_instance = _in_a_run  # type: ignore[attr-defined]

    def clean_payments(self) -> list[Payment]:
        chosen = list(self.cleaned_data["payments"])
        if len({payment.municipality_id for payment in chosen}) > 1:
            raise forms.ValidationError(_("Please choose payments of one town only."))
        return chosen


def _in_a_run(payment: Payment) -> str:
    due = date_format(payment.due_on) if payment.due_on else "–"
    return _("%(amount)s to %(holder)s, %(id)s, from %(day)s on") % {
        "amount": eur_text(payment.amount_cents),
        "holder": payment.account_holder,
        "id": payment.end_to_end_id,
        "day": due,
    }


class RepaymentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Amount received"))
    received_on = GermanDateField(label=_("Day on the bank statement"))

    def clean(self) -> dict[str, Any]:
        _positive(self, "amount")
        return self.cleaned_data


# --- Usage proof ------------------------------------------------------------------------------------------------------


class ProofForm(forms.Form):
    """What the group did and spent; everything may stay empty in a draft."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    report = TextField(
        label=_("What did you do?"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Five sentences are enough: what happened, when, where, with whom, and what was good."),
    )
    goals_reached = TextField(
        label=_("Did it come out as you wanted?"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Put your goals beside what came of them. It is all right if something went differently: say why."),
    )
    participants = forms.IntegerField(
        label=_("How many people took part?"), required=False, min_value=0, max_value=1_000_000, localize=False
    )
    volunteers = forms.IntegerField(
        label=_("How many volunteers helped?"), required=False, min_value=0, max_value=1_000_000, localize=False
    )
    own_cents = MoneyField(label=_("Own money"), required=False)
    third_party_cents = MoneyField(label=_("Money from other funders"), required=False)
    income_cents = MoneyField(label=_("Income, for example from sales"), required=False)

    ANSWERS = (
        "report",
        "goals_reached",
        "participants",
        "volunteers",
        "own_cents",
        "third_party_cents",
        "income_cents",
    )

    def __init__(self, *args: Any, proof: UsageProof, **kwargs: Any) -> None:
        self.lines = list(proof.lines.select_related("category"))
        initial = {name: getattr(proof, name) for name in self.ANSWERS} | {"version": proof.version}
        initial |= {f"spent_{line.pk}": line.spent_cents + line.deductible_cents or None for line in self.lines}
        initial |= {f"tax_{line.pk}": line.deductible_cents or None for line in self.lines}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        deducts = proof.organisation.deducts or any(line.deductible_cents for line in self.lines)
        for line in self.lines:
            planned = _("Planned: %s, without the tax you get back.") if deducts else _("Planned: %s")
            self.fields[f"spent_{line.pk}"] = MoneyField(
                label=line.category.name, required=False, help_text=planned % eur_text(line.planned_cents)
            )
            if deducts:
                label = _("%s: tax in it that you get back") % line.category.name
                self.fields[f"tax_{line.pk}"] = MoneyField(label=label, required=False)

    @property
    def spent_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(("spent_", "tax_"))]

    @property
    def about_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("report", "goals_reached", "participants", "volunteers")]

    @property
    def cover_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("own_cents", "third_party_cents", "income_cents")]

    def clean(self) -> dict[str, Any]:
        for pk, cents in self.spent.items():
            if cents < 0 and f"spent_{pk}" not in self.errors:
                self.add_error(f"tax_{pk}", _("The tax cannot be more than the whole cost."))
        if sum(self.spent.values()) > MAX_CENTS:
            self.add_error(None, _("All amounts together are too large. Please look at them again."))
        return self.cleaned_data

    @property
    def answers(self) -> dict[str, Any]:
        """The fields of the proof; an amount left empty is nothing."""
        found = {name: self.cleaned_data.get(name) for name in self.ANSWERS}
        return {name: (value or 0) if name.endswith("_cents") else value for name, value in found.items()}

    @property
    def spent(self) -> dict[int, int]:
        """Cents by line without the tax that comes back, as far as they could be read."""
        tax = self.input_tax
        return {line.pk: (self.cleaned_data.get(f"spent_{line.pk}") or 0) - tax[line.pk] for line in self.lines}

    @property
    def input_tax(self) -> dict[int, int]:
        """Cents by line of the tax that comes back."""
        return {line.pk: self.cleaned_data.get(f"tax_{line.pk}") or 0 for line in self.lines}


class ReceiptForm(forms.Form):
    """One receipt; a row left or made empty does not count."""

    paid_on = GermanDateField(label=_("Paid on"), required=False)
    payee = TextField(label=_("Paid to"), required=False, max_length=200)
    purpose = TextField(label=_("What for"), required=False, max_length=200)
    amount_cents = MoneyField(label=_("Amount"), required=False)
    category: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Kind of cost"),
        queryset=Category.objects.none(),
        required=False,
        empty_label=pgettext_lazy("choice", "please choose"),
    )

    def __init__(self, *args: Any, categories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["category"]
        field.queryset = categories
        # Asked once for all rows: the queryset keeps what it found, the field would ask anew for each of them.
        field.choices = [("", field.empty_label), *((found.pk, str(found)) for found in categories)]

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if self.is_empty:
            return found
        _positive(self, "amount_cents")
        for name, field in self.fields.items():
            if name not in self.errors and found.get(name) in (None, ""):
                self.add_error(name, _("Please fill in “%s”, or empty the whole row.") % field.label)
        if (day := found.get("paid_on")) and day > clock.today():
            self.add_error("paid_on", _("This day lies in the future. Enter the day on which it was paid."))
        return found

    @property
    def is_empty(self) -> bool:
        """Nothing was typed (what was typed and not understood is not nothing)."""
        return not self.errors and not any(self.cleaned_data.get(name) for name in self.fields)


class BaseReceipts(RowFormSet):
    legend = _("List of receipts")
    row_label = _("Receipt")
    add_label = _("Save and add a receipt")
    help = _(
        "Here you can note every receipt. Keep the receipts themselves for five years; we ask for some of them. "
        "The list may stay empty."
    )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The receipts as values; rows left empty are gone."""
        return [dict(form.cleaned_data) for form in self.forms if not form.is_empty]


Receipts = formset_factory(
    ReceiptForm, formset=BaseReceipts, extra=1, max_num=1000, absolute_max=1000, validate_max=True
)


def receipts_of(proof: UsageProof, data: Any = None) -> Any:
    """The list of receipts of a proof with one empty row at its end."""
    names = ("paid_on", "payee", "purpose", "amount_cents", "category")
    initial = [{name: getattr(row, name) for name in names} for row in proof.receipts.select_related("category")]
    categories = proof.grant.application.programme.categories.all()
    return Receipts(data, initial=initial, prefix="receipts", form_kwargs={"categories": categories})


class CheckForm(forms.Form):
    """What the town admits of every line; less than was spent needs a reason."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, proof: UsageProof, tolerance_percent: int, **kwargs: Any) -> None:
        self.lines = list(proof.lines.select_related("category"))
        kwargs["initial"] = {"version": proof.version}
        super().__init__(*args, **kwargs)
        for line in self.lines:
            highest = rules.tolerated(line.planned_cents, tolerance_percent)
            line.exceeds = line.spent_cents > highest  # type: ignore[attr-defined]
            self.fields[f"admitted_{line.pk}"] = MoneyField(label=_("Admitted"), initial=min(line.spent_cents, highest))
            self.fields[f"reason_{line.pk}"] = TextField(
                label=_("Reason, if less"),
                required=False,
                max_length=300,
                initial=_("More than %(percent)s %% above the plan, and no change was decided.")
                % {"percent": tolerance_percent}
                if line.exceeds  # type: ignore[attr-defined]
                else "",
            )
        self.tolerance_percent = tolerance_percent

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {"line": line, "admitted": self[f"admitted_{line.pk}"], "reason": self[f"reason_{line.pk}"]}
            for line in self.lines
        ]

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        for line in self.lines:
            cents = found.get(f"admitted_{line.pk}")
            if cents is not None and cents > line.spent_cents:
                self.add_error(f"admitted_{line.pk}", _("More cannot be admitted than was spent."))
            elif cents is not None and cents < line.spent_cents and not found.get(f"reason_{line.pk}"):
                self.add_error(f"reason_{line.pk}", _("Please say why less is admitted than was spent."))
        return found

    @property
    def admitted(self) -> dict[int, tuple[int, str]]:
        found = self.cleaned_data
        return {line.pk: (found[f"admitted_{line.pk}"], found[f"reason_{line.pk}"]) for line in self.lines}


class SettleForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
