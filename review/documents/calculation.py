"""How the amount of a grant was found: the plan, its financing and the limits, as the award letter shows them."""

from decimal import Decimal
from typing import Any

from applications.rules import Result
from funding.money import format_eur
from funding.pdf import Block, Bullets, Column, Grid, Heading, Text
from review.models import CostCut


def calculation_part(application: Any, result: Result, cents: int, cuts: list[CostCut]) -> list[Block]:
    """The part of the award letter; empty without costs. `cents` is what was granted, `result` counts the cuts."""
    costs = list(application.costs.all())
    if not costs:
        return []
    blocks: list[Block] = [
        Heading("4 So haben wir den Betrag ermittelt"),
        Text("Ihr Kostenplan nach Ausgabearten:"),
        _cost_grid(costs, result),
        *_cuts(costs, cuts),
        *_input_tax(costs, result),
        Text("So wird das Projekt finanziert:"),
        _financing_grid(result, cents),
    ]
    if result.total_cents > result.cash_cents:
        unpaid = format_eur(result.total_cents - result.cash_cents)
        blocks.append(Text(f"Dazu kommt unbezahlte Arbeit im Wert von {unpaid}. Sie zählt nicht zu den Ausgaben."))
    limits = [
        (result.cap_cents, "Höchstbetrag je Projekt nach der Richtlinie"),
        (result.eligible_cents, "zuwendungsfähige Ausgaben"),
        (result.gap_cents, "Ausgaben, die nach Abzug Ihrer anderen Mittel offen bleiben"),
    ]
    return [
        *blocks,
        Text("Die Zuwendung kann höchstens so hoch sein wie der kleinste dieser Beträge:"),
        Bullets([f"{format_eur(limit)}: {name}" for limit, name in limits if limit is not None]),
        Text(f"Beantragt haben Sie {format_eur(result.requested_cents)}, bewilligt sind {format_eur(cents)}."),
        *_still_open(result, cents),
    ]


def _still_open(result: Result, cents: int) -> list[Block]:
    missing = result.gap_cents - cents
    if missing <= 0:
        return []
    return [
        Text(
            f"Damit sind {format_eur(missing)} noch nicht gedeckt. Bitte sparen Sie diesen Betrag ein oder decken Sie "
            "ihn mit eigenen oder weiteren Mitteln."
        )
    ]


def _cuts(costs: list[Any], cuts: list[CostCut]) -> list[Block]:
    """Which costs are admitted only in part, or not at all, and why."""
    if not cuts:
        return []
    lines = [
        f"{costs[cut.line].what or costs[cut.line].category.name}: {format_eur(cut.admitted_cents)} statt "
        f"{format_eur(cut.planned_cents)}. {cut.reason}"
        for cut in cuts
    ]
    return [Text("Diese Ausgaben erkennen wir nicht in der geplanten Höhe an:"), Bullets(lines)]


def _input_tax(costs: list[Any], result: Result) -> list[Block]:
    """Why the costs are lower than their prices, where the applicant gets input tax back."""
    tax = sum(line.deductible_cents for line in costs)
    if not tax:
        return []
    gross, net = format_eur(result.cash_cents + tax), format_eur(result.cash_cents)
    return [
        Text(
            "Sie können Vorsteuer abziehen. Deshalb zählen Ihre Ausgaben ohne diese Steuer: "
            f"{gross} brutto, davon {format_eur(tax)} Vorsteuer, also {net} netto."
        )
    ]


def _cost_grid(costs: list[Any], result: Result) -> Grid:
    """A row per category in the order of the plan: planned, its share, eligible; in-kind lines are no expenditure."""
    planned: dict[Any, tuple[int, int]] = {}
    for line, eligible in zip(costs, result.line_eligible_cents, strict=True):
        if not line.in_kind:
            before = planned.get(line.category, (0, 0))
            planned[line.category] = (before[0] + line.amount_cents, before[1] + eligible)
    rows = [
        (category.name, format_eur(cash), _percent(category.eligible_share), format_eur(eligible))
        for category, (cash, eligible) in planned.items()
    ]
    return Grid(
        [
            Column("Ausgabeart", 3),
            Column("Geplant", 1.3, numeric=True),
            Column("Anrechenbar", 1.2, numeric=True),
            Column("Zuwendungsfähig", 1.5, numeric=True),
        ],
        [*rows, ("Summe", format_eur(result.cash_cents), "", format_eur(result.eligible_cents))],
        row_headers=True,
        total=True,
    )


def _financing_grid(result: Result, cents: int) -> Grid:
    amounts = [
        ("Eigenmittel", result.own_cents),
        ("Mittel Dritter", result.third_party_cents),
        ("Einnahmen", result.income_cents),
        ("Zuwendung", cents),
        ("noch nicht gedeckt", result.gap_cents - cents),
    ]
    total = sum(amount for _name, amount in amounts)
    return Grid(
        [Column("Mittel", 3), Column("Betrag", 1.3, numeric=True)],
        [*((name, format_eur(amount)) for name, amount in amounts if amount), ("Summe", format_eur(total))],
        row_headers=True,
        total=True,
    )


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %".replace(".", ",")
