"""What was sent in, as the page of a case shows it: the project, who applies, the plan, the figures of the grant."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from applications import texts
from applications.models import FinancingLine, LegalForm, Organisation
from applications.narrative import side_by_side
from budgets.models import Grant
from budgets.workflow import GrantState
from funding import clock
from funding.site.cases.reader import Reader
from funding.templatetags.show import day, eur
from funding.templatetags.show import iban as show_iban
from review.summary import Line


def about_project(answers: Mapping[str, Any], word: Callable[[str], str]) -> list[tuple[Any, Any]]:
    """The answers about the project that were given, as pairs; `word` says an entry of the town's lists."""
    pairs = [
        *side_by_side(answers, "summary", _("In short")),
        *side_by_side(answers, "need", _("Why it is needed")),
        *side_by_side(answers, "goals", _("Goals")),
        *side_by_side(answers, "target_groups", _("For whom")),
        (_("Participants"), answers["participants"]),
        (_("Volunteers"), answers["volunteers"]),
        *side_by_side(answers, "partners", _("Partners")),
        (_("Field"), "\n".join(map(word, [answers["action_field"], *answers["cross_cutting"]])).strip()),
        (_("Life phases"), "\n".join(map(word, answers["life_phases"]))),
        (_("Place"), ", ".join(part for part in (answers["place"], answers["district"]) if part)),
        (_("First day"), _date(answers["start"])),
        (_("Last day"), _date(answers["end"])),
        (_("Open to everybody"), {True: _("yes"), False: _("no")}.get(answers["public"], "")),
        *side_by_side(answers, "accessibility", _("Accessibility")),
        *side_by_side(answers, "remains", _("What remains")),
    ]
    return [(name, value) for name, value in pairs if value not in (None, "")]


def about_applicant(organisation: Mapping[str, Any], reader: Reader) -> list[tuple[Any, Any]]:
    """Who applies, as far as this reader may know it, as pairs."""
    names = dict(LegalForm.choices)
    pairs = [
        (_("Name"), organisation["name"]),
        (_("Legal form"), names.get(organisation["legal_form"], "")),
        (_("Represented by"), ", ".join(organisation["representatives"])),
    ]
    if reader.is_member:
        return pairs
    address = f"{organisation['street']}\n{organisation['postal_code']} {organisation['city']}".strip()
    pairs += [(_("Address"), address), (_("Mail"), organisation["email"]), (_("Phone"), organisation["phone"])]
    if reader.sees_bank:
        taxes = dict(Organisation.InputTax.choices)
        pairs += [
            (_("IBAN"), show_iban(organisation["iban"])),
            (_("Account holder"), organisation["account_holder"]),
            (_("Non-profit (gemeinnützig)"), _("yes") if organisation["gemeinnuetzig"] else _("no")),
            (_("Input tax deduction"), taxes.get(organisation["input_tax"], "")),
        ]
    return pairs


def plan_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The plan as a table; unpaid work stands in it and is marked."""
    kinds = dict(FinancingLine.Kind.choices)
    statuses = dict(FinancingLine.Status.choices)
    costs = [
        Line(
            line["what"] or line["category_name"],
            line["amount_cents"],
            line["category_name"] if line["what"] else "",
            _("unpaid work")
            if line["in_kind"]
            else texts.tax_note(line["amount_cents"], line.get("deductible_cents", 0)),
        )
        for line in content["costs"]
    ]
    financing = [
        Line(
            str(kinds[line["kind"]]),
            line["amount_cents"],
            line["what"],
            str(statuses[line["status"]]) if line["status"] else "",
        )
        for line in content["financing"]
    ]
    return {
        "costs": costs,
        "financing": financing,
        "costs_cents": sum(line.cents for line in costs),
        "financing_cents": sum(line.cents for line in financing),
    }


def _date(value: str | None) -> Any:
    return day(datetime.date.fromisoformat(value)) if value else ""


def money_of(grant: Grant) -> list[tuple[Any, Any]]:
    """The figures of a grant as pairs."""
    pairs = [
        (_("Awarded"), eur(grant.amount_cents)),
        (_("Paid"), eur(grant.paid_cents)),
        (_("May still be called for"), eur(grant.callable_cents)),
    ]
    if grant.settled_cents is not None:
        pairs.append((_("Settled at"), eur(grant.settled_cents)))
    if grant.claim_cents:
        pairs.append((_("To be paid back"), eur(grant.claim_cents)))
    if grant.state in (GrantState.ISSUED, GrantState.ACCEPTED):
        payable = grant.payable_from
        payable_text = (
            _("when the letter is binding or the right to sue is waived") if payable is None else day(payable)
        )
        if payable is None or payable > clock.today():
            pairs.append((_("Money can be paid from"), payable_text))
        pairs.append((_("Usage proof due"), day(grant.proof_due_on)))
    return pairs
