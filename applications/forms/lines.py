"""The lines of a plan as people type them: costs, and the money that pays for them."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import rules
from applications.models import CostLine, FinancingLine, Organisation
from funding.fields import MoneyField, QuantityField, TextField
from funding.forms import RowFormSet, rows_sent

MAX_LINES = 60  # of one plan
MOST_SHOWN = 200  # who sends more than may be kept still finds them on the page
InputTax = Organisation.InputTax
COST_COLUMNS = ("category", "what", "quantity", "unit_price_cents", "in_kind", "tax_percent", "deductible_cents")
FINANCING_COLUMNS = ("kind", "what", "status", "amount_cents")

Row = dict[str, Any]  # field -> value, stored or as it was typed


class LineForm(forms.Form):
    """One line of a plan. A line of which nothing was typed counts as not there."""

    use_required_attribute = False
    typed: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()  # what has to be known before the line can be part of a sum
    note: tuple[str, ...] = ()  # sentences below the line, given by the page
    buttons: tuple[dict[str, str], ...] = ()  # that arrange the line, given by the page

    @property
    def named_fields(self) -> list[tuple[str, BoundField]]:
        return [(field.name, field) for field in self.visible_fields()]

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

    @property
    def counts(self) -> bool:
        """Enough is known for the sums, even while the line is still being written."""
        self.is_valid()  # reads the line
        known = all(self.cleaned_data.get(name) not in (None, "") for name in self.counted)
        return known and not set(self.errors) - {"what"}

    def as_row(self) -> Row:
        raise NotImplementedError

    def as_rule(self) -> Any:
        raise NotImplementedError


class Kinds:
    """The kinds of cost of a programme, each with what counts of it; asked and named once for all lines."""

    def __init__(self, programme: Any) -> None:
        self.programme = programme

    @cached_property
    def found(self) -> dict[str, Any]:
        return {str(category.pk): category for category in self.programme.categories.all()}

    @cached_property
    def choices(self) -> list[tuple[Any, str]]:
        word = self.programme.word
        named = [(kind.pk, _with_share(word(kind.name), kind)) for kind in self.found.values()]
        return [("", _("Please choose")), *named]


class CategoryField(forms.ChoiceField):
    """The kinds of cost, which stand in `kinds`."""

    kinds: Kinds

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "pk", value)

    def to_python(self, value: Any) -> Any:
        return self.kinds.found.get(str(self.prepare_value(value)), value) if value else None

    def validate(self, value: Any) -> None:
        if isinstance(value, str):
            raise ValidationError(self.error_messages["invalid_choice"], params={"value": value})


def _with_share(name: str, category: Any) -> str:
    if category.eligible_share == 1:
        return name
    if not category.eligible_share:
        return _("%(name)s – does not count here") % {"name": name} if "(" not in name else name
    return _("%(name)s (%(percent)s %% counts)") % {"name": name, "percent": f"{category.eligible_share * 100:.0f}"}


class CostForm(LineForm):
    typed = ("what", "unit_price_cents")
    counted = ("category", "unit_price_cents")
    what = TextField(label=gettext_lazy("What for?"), required=False, max_length=200)
    quantity = QuantityField(label=gettext_lazy("How many?"), required=False)
    unit_price_cents = MoneyField(label=gettext_lazy("Price for one"), required=False)
    category = CategoryField(label=gettext_lazy("Kind of cost"), required=False)
    tax_percent = forms.TypedChoiceField(
        label=gettext_lazy("Tax in the price"),
        required=False,
        coerce=int,
        empty_value=0,  # type: ignore[arg-type]  # the stubs expect text only
        choices=[(0, gettext_lazy("no tax in it")), *((percent, f"{percent} %") for percent in rules.TAX_PERCENTS)],
    )
    deductible_cents = MoneyField(label=gettext_lazy("Tax you get back of it, altogether"), required=False)
    in_kind = forms.BooleanField(label=gettext_lazy("Somebody does this without being paid"), required=False)

    def __init__(self, *args: Any, kinds: Kinds, input_tax: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, who in (("tax_percent", InputTax.YES), ("deductible_cents", InputTax.PARTLY)):
            if input_tax != who:
                del self.fields[name]
        field: Any = self.fields["category"]
        field.kinds, field.choices = kinds, kinds.choices

    def complete(self) -> None:
        self.require("category", _("Please choose the kind of cost."))
        self.require("what", _("Please say in a few words what this is for."))
        self.require("unit_price_cents", _("Please enter the price, for example 25 or 4,50."))
        if not self.errors and self.line().amount_cents < 0:
            self.add_error("deductible_cents", _("The tax cannot be more than the whole cost."))

    def line(self) -> CostLine:
        """The line with the tax that comes back: all that is in it, or what was entered; unpaid work has none."""
        found = self.cleaned_data
        line = CostLine(
            category=found["category"],
            what=found.get("what") or "",
            quantity=found.get("quantity") or Decimal(1),
            unit_price_cents=found["unit_price_cents"],
            in_kind=bool(found.get("in_kind")),
        )
        if not line.in_kind:
            line.tax_percent = found.get("tax_percent") or 0
            entered = found.get("deductible_cents") or 0
            line.deductible_cents = entered or rules.included_tax(line.gross_cents, line.tax_percent)
        return line

    def as_row(self) -> Row:
        line = self.line()
        return {name: getattr(line, name) for name in COST_COLUMNS}

    def as_rule(self) -> rules.Cost:
        return self.line().as_rule()


class FinancingForm(LineForm):
    """Money from somewhere. Unpaid work is not asked for twice: its line follows from the costs."""

    typed = ("what", "amount_cents")
    counted = ("kind", "amount_cents")
    kind = forms.ChoiceField(
        label=gettext_lazy("Whose money?"),
        required=False,
        choices=[
            ("", gettext_lazy("Please choose")),
            (FinancingLine.Kind.GRANT, gettext_lazy("From the town: the grant you ask for")),
            (FinancingLine.Kind.OWN, gettext_lazy("Your own money")),
            (FinancingLine.Kind.INCOME, gettext_lazy("What you take in, for example by selling cake")),
            (FinancingLine.Kind.THIRD_PARTY, gettext_lazy("From somebody else, for example a foundation")),
        ],
    )
    amount_cents = MoneyField(label=gettext_lazy("Amount"), required=False)
    what = TextField(label=gettext_lazy("From whom or what?"), required=False, max_length=200)
    status = forms.ChoiceField(
        label=gettext_lazy("If from other funders: already sure?"), required=False, choices=FinancingLine.Status.choices
    )

    def complete(self) -> None:
        self.require("kind", _("Please say whose money this is."))
        self.require("amount_cents", _("Please enter the amount, for example 100 or 1.250,50."))

    def as_row(self) -> Row:
        texts = {name: self.cleaned_data.get(name) or "" for name in FINANCING_COLUMNS[:-1]}
        return {**texts, "amount_cents": self.cleaned_data["amount_cents"]}

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
        return [form for form in self.readings if form.is_valid() and not form.is_blank]

    @property
    def can_be_kept(self) -> bool:
        """Every line can be read, and there are no more than a plan takes."""
        is_valid = self.is_valid() if self.is_bound else len(self.forms) <= MAX_LINES
        return is_valid and all(line.is_valid() for line in self.readings)

    def rows_as_typed(self, data: Mapping[str, str]) -> list[Row]:
        return (
            typed_rows(data, str(self.prefix), self.form)
            if self.is_bound
            else [dict(row) for row in self.initial or ()]
        )

    @cached_property
    def readings(self) -> list[Any]:
        """Every line read as it stands on the page, whether or not it was sent to be saved."""
        if self.is_bound:
            return self.forms
        return [self.form(_as_typed(row), **self.form_kwargs) for row in self.initial or []]


class Costs(LineFormSet):
    form = CostForm
    legend, row_label = gettext_lazy("What it costs"), gettext_lazy("Cost")
    add_label = gettext_lazy("Add a cost")


class Money(LineFormSet):
    form = FinancingForm
    legend, row_label = gettext_lazy("Who pays"), gettext_lazy("Money")
    add_label = gettext_lazy("Add money")
    help = gettext_lazy(
        "What you ask the town for, and what you and others give. If you leave the amount from the town empty, we "
        "enter the most it can pay. Unpaid work is added by itself."
    )


def formset(lines: type[LineFormSet], rows: int) -> type[LineFormSet]:
    """The lines with as many rows as there are; too many are shown too, and refused when they are sent."""
    most = max(rows, MAX_LINES)
    return forms.formset_factory(  # type: ignore[return-value]  # Django's stubs know the base only
        lines.form, formset=lines, extra=rows, max_num=most, absolute_max=MOST_SHOWN, validate_max=True
    )


def typed_rows(data: Mapping[str, str], prefix: str, form: type[LineForm]) -> list[Row]:
    """The lines as they were typed, right or wrong."""
    total = min(rows_sent(data, prefix), MOST_SHOWN)
    return [{name: data.get(f"{prefix}-{row}-{name}", "") for name in form.base_fields} for row in range(total)]


def _as_typed(row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if value not in ("", None)}
