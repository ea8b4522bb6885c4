"""The plan as people type it: lines of cost and lines of money."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import rules, texts
from applications.forms.sections import ABOUT_THE_PAGE, SectionForm, as_text
from applications.models import (
    Application,
    CostLine,
    FinancingLine,
    Organisation,
)
from funding.fields import MoneyField, QuantityField, TextField
from funding.forms import RowFormSet, rows_sent

MAX_LINES = 60  # of one plan
InputTax = Organisation.InputTax
COST_COLUMNS = ("category", "what", "quantity", "unit_price_cents", "in_kind", "tax_percent", "deductible_cents")


class LineForm(forms.Form):
    """One line of a plan. A line of which nothing was typed counts as not there."""

    use_required_attribute = False
    typed: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.is_blank and not self.errors:
            self.complete()
        return cleaned

    @property
    def is_blank(self) -> bool:
        return not any(self.cleaned_data.get(name) not in (None, "") for name in self.typed) and not self.errors

    def complete(self) -> None:
        """Refuse a line of which something is missing."""

    def require(self, name: str, sentence: str) -> None:
        if self.cleaned_data.get(name) in (None, ""):
            self.add_error(name, sentence)


class CategoryField(forms.ModelChoiceField):
    """The kinds of cost, each with what counts of it."""

    def label_from_instance(self, obj: Any) -> str:
        if not 0 < obj.eligible_share < 1:
            return str(obj)
        return _("%(name)s (%(percent)s %% counts)") % {"name": obj, "percent": f"{obj.eligible_share * 100:.0f}"}


class CostForm(LineForm):
    typed = ("what", "unit_price_cents")
    category = CategoryField(
        label=gettext_lazy("Kind of cost"), queryset=None, required=False, empty_label=gettext_lazy("Please choose")
    )
    what = TextField(label=gettext_lazy("What for?"), required=False, max_length=200)
    quantity = QuantityField(label=gettext_lazy("How many?"), required=False)
    unit_price_cents = MoneyField(label=gettext_lazy("Price for one"), required=False)
    tax_percent = forms.TypedChoiceField(
        label=gettext_lazy("Tax in the price"),
        required=False,
        coerce=int,
        empty_value=0,
        choices=[(0, gettext_lazy("no tax in it")), *((percent, f"{percent} %") for percent in rules.TAX_PERCENTS)],
    )
    deductible_cents = MoneyField(label=gettext_lazy("Tax you get back of it, altogether"), required=False)
    in_kind = forms.BooleanField(label=gettext_lazy("Unpaid work (no money flows)"), required=False)

    def __init__(self, *args: Any, categories: Any, input_tax: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, who in (("tax_percent", InputTax.YES), ("deductible_cents", InputTax.PARTLY)):
            if input_tax != who:
                del self.fields[name]
        field: Any = self.fields["category"]
        field.queryset = categories
        # Asked once for all lines: the queryset keeps what it found, the field would ask anew for each of them.
        field.choices = [
            ("", field.empty_label),
            *((found.pk, field.label_from_instance(found)) for found in categories),
        ]

    def complete(self) -> None:
        self.require("category", _("Please choose the kind of cost."))
        self.require("what", _("Please say in a few words what this is for."))
        self.require("unit_price_cents", _("Please enter the price, for example 25 or 4,50."))
        if not self.errors and self._line().amount_cents < 0:
            self.add_error("deductible_cents", _("The tax cannot be more than the whole cost."))

    def _line(self) -> CostLine:
        """The line with the tax that comes back: all that is in it, or what was entered; unpaid work has none."""
        values = {name: self.cleaned_data[name] for name in ("category", "what", "unit_price_cents", "in_kind")}
        line = CostLine(**values, quantity=self.cleaned_data["quantity"] or Decimal(1))
        if not line.in_kind:
            line.tax_percent = self.cleaned_data.get("tax_percent", 0)
            entered = self.cleaned_data.get("deductible_cents") or 0
            line.deductible_cents = entered or rules.included_tax(line.gross_cents, line.tax_percent)
        return line

    def as_row(self) -> dict[str, Any]:
        line = self._line()
        return {name: getattr(line, name) for name in COST_COLUMNS}

    def as_rule(self) -> rules.Cost:
        return self._line().as_rule()


class FinancingForm(LineForm):
    typed = ("what", "amount_cents")
    kind = forms.ChoiceField(
        label=gettext_lazy("Whose money?"),
        required=False,
        choices=[("", gettext_lazy("Please choose")), *FinancingLine.Kind.choices],
    )
    what = TextField(label=gettext_lazy("From whom or what?"), required=False, max_length=200)
    status = forms.ChoiceField(
        label=gettext_lazy("If from other funders: already sure?"), required=False, choices=FinancingLine.Status.choices
    )
    amount_cents = MoneyField(label=gettext_lazy("Amount"), required=False)

    def complete(self) -> None:
        self.require("kind", _("Please say whose money this is."))
        self.require("amount_cents", _("Please enter the amount, for example 100 or 1.250,50."))

    def as_row(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "what", "status", "amount_cents")}

    def as_rule(self) -> rules.Financing:
        return FinancingLine(**self.as_row()).as_rule()


class LineFormSet(RowFormSet):
    """Lines that come as they are typed: which of them existed before plays no part."""

    legend: Any
    row_label: Any
    add_label: Any
    help: Any = ""

    def initial_form_count(self) -> int:
        return 0

    def lines(self) -> list[Any]:
        return [form for form in self.forms if form.is_valid() and not form.is_blank]


class Costs(LineFormSet):
    form = CostForm
    legend, row_label = gettext_lazy("What it costs"), gettext_lazy("Cost")
    add_label = gettext_lazy("Add a cost")


class Money(LineFormSet):
    form = FinancingForm
    legend, row_label = gettext_lazy("Who pays"), gettext_lazy("Money")
    add_label = gettext_lazy("Add money")
    help = gettext_lazy(
        "What you ask the town for is a line, too: “Grant asked for”. Unpaid work needs a line here and above."
    )


def _formset(lines: type[LineFormSet], rows: int) -> type[LineFormSet]:
    return forms.formset_factory(  # type: ignore[return-value]  # Django's stubs know the base only
        lines.form, formset=lines, extra=rows, max_num=MAX_LINES, absolute_max=MAX_LINES, validate_max=True
    )


_LINE_BUTTON = re.compile(r"(add|copy|remove)-(costs|financing)(?:-([0-9]{1,2}))?")


class CostsForm(SectionForm):
    """The plan: lines of cost and lines of money, with buttons that add, copy and remove them without a script."""

    section = "costs"

    def __init__(self, data: Any = None, *, application: Application, partial: bool = False) -> None:
        button = next((found for name in data or () if (found := _LINE_BUTTON.fullmatch(name))), None)
        self.is_rearranged = button is not None or "calculate" in (data or ())
        super().__init__(None if self.is_rearranged else data, application=application, partial=partial)
        if self.is_rearranged:
            self.initial |= {name: data.get(name) for name in ABOUT_THE_PAGE}
        self.costs = self._lines("costs", Costs, data, button, **self._cost_options)
        self.financing = self._lines("financing", Money, data, button)
        self.formsets = (self.costs, self.financing)

    @property
    def _cost_options(self) -> dict[str, Any]:
        categories = self.application.programme.categories.all()
        return {"categories": categories, "input_tax": self.application.organisation.input_tax}

    def _lines(
        self, prefix: str, kind: type[LineFormSet], data: Any, button: re.Match[str] | None, **options: Any
    ) -> LineFormSet:
        if data is not None and not self.is_rearranged:
            return _formset(kind, 0)(data, prefix=prefix, form_kwargs=options)
        rows = self._stored_rows(prefix, kind.form) if data is None else _typed_rows(data, prefix, kind.form)
        if button and button[2] == prefix:
            _rearrange(rows, button[1], int(button[3] or 0))
        return _formset(kind, len(rows))(prefix=prefix, initial=rows, form_kwargs=options)

    def _stored_rows(self, prefix: str, form: type[LineForm]) -> list[dict[str, Any]]:
        stored = [
            {name: getattr(line, name) for name in form.base_fields} for line in getattr(self.application, prefix).all()
        ]
        typed = self.application.progress(self.section).typed
        if prefix in typed:
            return typed[prefix]
        first = {"quantity": Decimal(1)} if prefix == "costs" else {"kind": FinancingLine.Kind.GRANT}
        return stored or [first]

    def is_valid(self) -> bool:
        if self.is_rearranged:
            return False
        return all([super().is_valid(), self.costs.is_valid(), self.financing.is_valid()])

    @property
    def is_begun(self) -> bool:
        return bool(self.application.costs.all())

    @property
    def is_answered(self) -> bool:
        return self.is_begun

    @property
    def is_complete(self) -> bool:
        return bool(self.costs.lines())

    def _answers(self, names: Iterable[str] | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The lines of cost are one answer, those of money another."""
        values, typed = {}, {}
        for lines in self.formsets:
            if names is not None and not any(name.startswith(f"{lines.prefix}-") for name in names):
                continue
            if lines.is_bound and lines.is_valid():
                values[lines.prefix] = [line.as_row() for line in lines.lines()]
            else:
                typed[lines.prefix] = _typed_rows(self.data, lines.prefix, lines.form)
        return values, typed

    def has(self, name: str) -> bool:
        return name in ("costs", "financing")

    def place(self, name: str) -> Any:
        return getattr(self, name)

    def shown(self, name: str) -> Any:
        return "\n".join(
            f"{line.what} {texts.eur(line.amount_cents)}" for line in getattr(self.application, name).all()
        )

    def without(self, name: str) -> QueryDict:
        """The stored lines in the place of those that were typed."""
        data = self.data.copy()
        for sent in [sent for sent in data if sent.startswith(f"{name}-")]:
            del data[sent]
        stored = type(self)(application=self.application).place(name)
        for line in stored:
            for field in line:
                data[field.html_name] = as_text(field.value())
        return data

    def show_typed(self) -> None:
        """The rows already stand as they were typed: say what is wrong with them."""
        for lines in self.formsets:
            if lines.prefix in self.application.progress(self.section).typed:
                self._show_errors(lines)

    @staticmethod
    def _show_errors(lines: LineFormSet) -> None:
        for row, line in enumerate(lines.forms):
            read = type(line)(_as_typed(lines.initial[row]), **lines.form_kwargs)
            line._errors = read.errors

    def plan(self) -> rules.Plan:
        """The plan as it stands on the page; lines that cannot be read yet are left out."""
        if not self.is_bound and not self.is_rearranged:
            return self.application.plan
        costs = self._readable(self.costs, **self._cost_options)
        return rules.Plan(costs=tuple(costs), financing=tuple(self._readable(self.financing)))

    @staticmethod
    def _readable(lines: LineFormSet, **options: Any) -> list[Any]:
        if lines.is_bound:
            return [line.as_rule() for line in lines.lines()]
        read = [lines.form(_as_typed(row), **options) for row in lines.initial or []]
        return [form.as_rule() for form in read if form.is_valid() and not form.is_blank]


def _typed_rows(data: Mapping[str, str], prefix: str, form: type[LineForm]) -> list[dict[str, Any]]:
    """The lines as they were typed, right or wrong."""
    total = min(rows_sent(data, prefix), MAX_LINES)
    return [{name: data.get(f"{prefix}-{row}-{name}", "") for name in form.base_fields} for row in range(total)]


def _as_typed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in ("", None)}


def _rearrange(rows: list[dict[str, Any]], act: str, place: int) -> None:
    if act == "add" and len(rows) < MAX_LINES:
        rows.append({})
    elif act == "copy" and place < len(rows) < MAX_LINES:
        rows.insert(place + 1, dict(rows[place]))
    elif act == "remove" and place < len(rows):
        del rows[place]
