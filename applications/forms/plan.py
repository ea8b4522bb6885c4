"""The plan as people type it: its lines, the buttons that arrange them without a script, and what it comes to."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications import rules, texts
from applications.forms.answering import ABOUT_THE_PAGE, SectionForm, as_text
from applications.forms.lines import (
    COST_COLUMNS,
    FINANCING_COLUMNS,
    MAX_LINES,
    Costs,
    Kinds,
    LineFormSet,
    Money,
    Row,
    formset,
    typed_rows,
)
from applications.models import Application, CostLine, FinancingLine
from funding.money import format_amount, format_quantity

Kind = FinancingLine.Kind

# Acts of the page: a line is added, copied, removed or moved; a usual cost is added; the grant line is filled.
_BUTTON = re.compile(
    r"(?P<act>add|copy|remove|up|down)-(?P<prefix>costs|financing)(?:-(?P<place>[0-9]{1,3}))?"
    r"|usual-(?P<usual>[0-9]{1,2})|(?P<ask>ask)"
)


class CostsForm(SectionForm):
    """The plan: lines of cost and lines of money.

    After one of its buttons the page comes back with what was typed, arranged anew: `focus` names the element that
    goes on, `said` tells what happened to somebody who cannot see it.
    """

    section = "costs"
    focus = ""
    said = ""

    def __init__(self, data: Any = None, *, application: Application, partial: bool = False) -> None:
        button = next((found for name in data or () if (found := _BUTTON.fullmatch(name))), None)
        self.is_rearranged = button is not None or "calculate" in (data or ())
        super().__init__(None if self.is_rearranged else data, application=application, partial=partial)
        if self.is_rearranged:
            self.data = data  # what was typed can be kept, too
            self.initial.update({name: data.get(name) for name in ABOUT_THE_PAGE})
        rows = {kind: self._rows(prefix, kind, data) for prefix, kind in (("costs", Costs), ("financing", Money))}
        if button:
            self._press(button, rows[Costs], rows[Money])
        self.costs = self._lines("costs", Costs, rows[Costs], data, **self._cost_options)
        self.financing = self._lines("financing", Money, rows[Money], data)
        self.formsets = (self.costs, self.financing)
        self._set_focus()

    def _set_focus(self) -> None:
        """Where the focus is an input, the input itself bears the mark; the page gives it to lines and buttons."""
        prefix, place, name = (*self.focus.split("-"), "", "")[:3]
        for lines in self.formsets:
            if lines.prefix == prefix and name:
                lines.forms[int(place)].fields[name].widget.attrs["autofocus"] = True

    @cached_property
    def _cost_options(self) -> dict[str, Any]:
        return {"kinds": Kinds(self.application.programme), "input_tax": self.application.organisation.input_tax}

    @cached_property
    def usual(self) -> list[Any]:
        """Costs that many projects have; one tap adds one."""
        return self.application.programme.usual_costs_shown()

    # --- Lines --------------------------------------------------------------------------------------------------------

    def _rows(self, prefix: str, kind: type[LineFormSet], data: Any) -> list[Row]:
        return self._stored_rows(prefix, kind) if data is None else typed_rows(data, prefix, kind.form)

    def _lines(self, prefix: str, kind: type[LineFormSet], rows: list[Row], data: Any, **options: Any) -> LineFormSet:
        if data is not None and not self.is_rearranged:
            return formset(kind, 0)(data, prefix=prefix, form_kwargs=options)
        rows = rows or [_empty(prefix)]
        return formset(kind, len(rows))(prefix=prefix, initial=rows, form_kwargs=options)

    def _stored_rows(self, prefix: str, kind: type[LineFormSet]) -> list[Row]:
        stored = [line for line in getattr(self.application, prefix).all() if not _follows_from_costs(line)]
        rows = [{name: getattr(line, name) for name in kind.form.base_fields} for line in stored]
        return self.application.progress(self.section).typed.get(prefix) or rows or [_first(prefix)]

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
        """The lines of cost are one answer, those of money another; unpaid work belongs to both."""
        values: dict[str, Any] = {}
        typed: dict[str, Any] = {}
        for lines in self.formsets:
            if names is not None and not any(name.startswith(f"{lines.prefix}-") for name in names):
                continue
            if lines.can_be_kept:
                values[lines.prefix] = [line.as_row() for line in lines.readings if not line.is_blank]
            else:
                typed[lines.prefix] = lines.rows_as_typed(self.data)
        if "financing" in values:
            values["financing"] += _unpaid_work(values.get("costs", self._stored("costs")))
        elif "costs" in values and "financing" not in typed:
            self._follow(values)
        if names is None and not self.partial and values.get("costs") and "financing" in values:
            values["financing"] += self._grant_for_the_rest(values["financing"])
        return values, typed

    def _grant_for_the_rest(self, financing: list[Row]) -> list[Row]:
        """Who leaves the page without a word about the grant asks for the most the town can pay."""
        cents = self.result().highest_grant_cents
        if cents <= 0 or any(row["kind"] == Kind.GRANT for row in financing):
            return []
        return [{"kind": Kind.GRANT, "what": "", "status": "", "amount_cents": cents}]

    @property
    def required_inputs(self) -> int:
        """One cost: its kind, what for, and its price; how many is one unless somebody says more."""
        return 3

    def _follow(self, values: dict[str, Any]) -> None:
        """Only the costs were sent: the stored money changes with their unpaid work, and only with that."""
        stored, unpaid = self._stored("financing"), _unpaid_work(values["costs"])
        own = [row for row in stored if row["kind"] != Kind.IN_KIND]
        if [row["amount_cents"] for row in stored if row["kind"] == Kind.IN_KIND] != [
            row["amount_cents"] for row in unpaid
        ]:
            values["financing"] = own + unpaid

    def _stored(self, prefix: str) -> list[Row]:
        columns = COST_COLUMNS if prefix == "costs" else FINANCING_COLUMNS
        return [{name: getattr(line, name) for name in columns} for line in getattr(self.application, prefix).all()]

    # --- What somebody else wrote -------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        return name in ("costs", "financing")

    def anchor(self, name: str) -> Any:
        return getattr(self, name)

    def shown(self, name: str) -> Any:
        return "\n".join(
            f"{line.what} {texts.eur(line.amount_cents)}" for line in getattr(self.application, name).all()
        )

    def without(self, name: str) -> QueryDict:
        """The stored lines in the place of those that were typed."""
        data = cast(QueryDict, self.data).copy()
        for sent in [sent for sent in data if sent.startswith(f"{name}-")]:
            del data[sent]
        stored = type(self)(application=self.application).anchor(name)
        for line in stored:
            for field in line:
                data[field.html_name] = as_text(field.value())
        return data

    def show_typed(self) -> None:
        """The rows already stand as they were typed: say what is wrong with them."""
        for lines in self.formsets:
            if lines.prefix in self.application.progress(self.section).typed:
                for shown, read in zip(lines.forms, lines.readings, strict=True):
                    shown._errors = read.errors

    # --- What it comes to ---------------------------------------------------------------------------------------------

    def plan(self) -> rules.Plan:
        """The plan as it stands on the page; lines of which too little is known yet are left out."""
        costs = [line for line in self.costs.readings if line.counts]
        unpaid = [FinancingLine(**row).as_rule() for row in _unpaid_work(line.as_row() for line in costs)]
        money = [line.as_rule() for line in self.financing.readings if line.counts]
        return rules.Plan(costs=tuple(line.as_rule() for line in costs), financing=(*money, *unpaid))

    def result(self) -> rules.Result:
        """What the plan on the page comes to, with what the year of its start has left."""
        programme, start = self.application.programme, self.application.start
        year = programme.years.filter(year=start.year).first() if start else None
        left = year.balances.not_awarded_cents if year else None
        return rules.evaluate(self.plan(), programme.cap_per_project_cents, left)

    # --- Buttons ------------------------------------------------------------------------------------------------------

    def _press(self, button: re.Match[str], costs: list[Row], money: list[Row]) -> None:
        if button["usual"]:
            self._add_usual(costs, int(button["usual"]))
        elif button["ask"]:
            self._ask(costs, money)
        else:
            kind, rows = (Costs, costs) if button["prefix"] == "costs" else (Money, money)
            self._arrange(kind.row_label, button["prefix"], rows, button["act"], int(button["place"] or 0))

    def _arrange(self, label: Any, prefix: str, rows: list[Row], act: str, place: int) -> None:
        if act in ("add", "copy") and len(rows) >= MAX_LINES:
            self.said = LineFormSet.default_error_messages["too_many_forms"] % {"num": MAX_LINES}
        elif act == "add":
            rows.append(_empty(prefix))
            self._now_at(prefix, len(rows) - 1, _("%(line)s %(number)s is new."), label)
        elif place >= len(rows):
            return
        elif act == "copy":
            rows.insert(place + 1, dict(rows[place]))
            self._now_at(prefix, place + 1, _("%(line)s %(number)s is a copy of the one before."), label)
        elif act == "remove":
            del rows[place]
            self.said = _("%(line)s %(number)s is gone.") % {"line": label, "number": place + 1}
            self.focus = f"{prefix}-{min(place, max(0, len(rows) - 1))}"
        else:
            self._move(label, prefix, rows, place, place + (1 if act == "down" else -1))

    def _move(self, label: Any, prefix: str, rows: list[Row], place: int, to: int) -> None:
        if not 0 <= to < len(rows):
            return
        rows[place], rows[to] = rows[to], rows[place]
        # The same button again, unless the line has arrived at an end: then the other one.
        goes_down = to > place
        at_end = to in (0, len(rows) - 1)
        self.focus = f"{'down' if goes_down != at_end else 'up'}-{prefix}-{to}"
        figures = {"line": label, "number": place + 1, "place": to + 1, "all": len(rows)}
        self.said = _("%(line)s %(number)s is now number %(place)s of %(all)s.") % figures

    def _add_usual(self, costs: list[Row], number: int) -> None:
        if number >= len(self.usual) or len(costs) >= MAX_LINES:
            return
        usual = self.usual[number]
        categories = {category.slug: category.pk for category in self._cost_options["kinds"].found.values()}
        row = {
            "category": categories.get(usual.category, ""),
            "what": usual.what,
            "quantity": format_quantity(usual.quantity, get_language() or "de"),
            "unit_price_cents": usual.unit_price_cents,
        }
        if costs and not any(costs[-1].get(name) for name in ("what", "unit_price_cents")):
            costs[-1] = row
        else:
            costs.append(row)
        place = len(costs) - 1
        self._now_at("costs", place, _("%(line)s %(number)s is new. Please adjust how many and the price."), _("Cost"))
        self.focus = f"costs-{place}-quantity"

    def _ask(self, costs: list[Row], money: list[Row]) -> None:
        """One line of grant, with the most the town can pay for what stands on the page."""
        self.costs = self._lines("costs", Costs, costs, None, **self._cost_options)
        self.financing = self._lines("financing", Money, money, None)
        cents = self.result().highest_grant_cents
        lines = [row for row in money if row.get("kind") == Kind.GRANT]
        for other in lines[1:]:
            money.remove(other)
        if not lines:
            blank = next((row for row in money if not any(row.values())), None)
            lines = [blank if blank is not None else {}]
            money += [] if blank is not None else lines
        lines[0] |= {"kind": Kind.GRANT, "amount_cents": cents}
        place = next(place for place, row in enumerate(money) if row is lines[0])
        self.focus = f"financing-{place}-amount_cents"
        self.said = _("%(line)s %(number)s now asks the town for %(amount)s euros.") % {
            "line": _("Money"),
            "number": place + 1,
            "amount": format_amount(cents),
        }

    def _now_at(self, prefix: str, place: int, sentence: str, label: Any) -> None:
        self.focus = f"{prefix}-{place}-{'what' if prefix == 'costs' else 'kind'}"
        self.said = sentence % {"line": label, "number": place + 1}


def _unpaid_work(costs: Iterable[Row]) -> list[Row]:
    """Unpaid work stands on both sides alike (the rule of the balanced plan); nobody has to write it twice."""
    cents = sum(CostLine(**row).amount_cents for row in costs if row["in_kind"])
    return [{"kind": Kind.IN_KIND, "what": "", "status": "", "amount_cents": cents}] if cents else []


def _follows_from_costs(line: Any) -> bool:
    return getattr(line, "kind", "") == Kind.IN_KIND


def _empty(prefix: str) -> Row:
    return {"quantity": "1"} if prefix == "costs" else {}


def _first(prefix: str) -> Row:
    """Everybody asks the town for something: the line is there, its sum comes with one tap."""
    return _empty(prefix) if prefix == "costs" else {"kind": Kind.GRANT}
