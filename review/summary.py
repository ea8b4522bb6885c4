"""What check, board and decision show of a case: facts, plan and bar, read from what was sent in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import rules
from applications.models import Application, FinancingLine, LegalForm, Submission
from applications.narrative import side_by_side
from applications.rules import Result
from applications.texts import early_start_status, tax_note
from funding.templatetags.show import eur_text
from review.models import CostCut

TONES = {"own": "success", "third-party": "warning", "income": "warning", "grant": "brand"}


@dataclass(frozen=True)
class Line:
    """A line of the plan as `_plan_table.html` shows it."""

    label: str
    cents: int
    detail: str = ""
    note: str = ""


@dataclass(frozen=True)
class Case:
    """One application as it was sent in last: everything a reader needs in five minutes."""

    title: str
    facts: list[tuple[Any, Any]]
    texts: list[tuple[Any, str]]
    costs: list[Line]
    financing: list[Line]
    costs_cents: int
    financing_cents: int
    totals: list[tuple[Any, int]]
    segments: list[dict[str, Any]]
    result: Result  # what counts from the check on: of the costs as they are admitted
    cuts: list[CostCut]


def case_of(application: Application) -> Case:
    """The case from its last submission (its living answers where nothing was sent in yet: never for the board)."""
    submission = next(iter(application.submissions.all()), None)
    sent: Mapping[str, Any] = submission.snapshot if submission else {}
    answers, organisation = sent.get("application", {}), sent.get("organisation", {})
    costs, financing = sent.get("costs", []), sent.get("financing", [])
    cuts = _cuts(submission)
    result = _result(application, sent, cuts)
    kinds = dict(FinancingLine.Kind.choices)
    statuses = dict(FinancingLine.Status.choices)
    return Case(
        title=answers.get("title", ""),
        facts=[
            *_facts(answers, organisation, result),
            (_("Early start"), early_start_status(application)),
            *_fit(application),
        ],
        texts=_texts(answers),
        costs=[
            Line(line["what"], line["amount_cents"], str(line["category_name"]), _notes(line, cuts.get(place)))
            for place, line in enumerate(costs)
        ],
        financing=[
            Line(
                line["what"] or str(kinds[line["kind"]]),
                line["amount_cents"],
                str(kinds[line["kind"]]) if line["what"] else "",
                str(statuses.get(line["status"], "")) if line["status"] else "",
            )
            for line in financing
        ],
        costs_cents=sum(line["amount_cents"] for line in costs),
        financing_cents=sum(line["amount_cents"] for line in financing),
        totals=[
            (_("Eligible costs"), result.eligible_cents),
            (_("Highest possible grant"), result.highest_grant_cents),
        ],
        segments=_segments(financing, kinds),
        result=result,
        cuts=list(cuts.values()),
    )


def result_of(application: Application) -> Result:
    """What the plan as it was sent in comes to with the cuts; no query when submissions and cuts are loaded."""
    submission = next(iter(application.submissions.all()), None)
    return _result(application, submission.snapshot if submission else {}, _cuts(submission))


def _cuts(submission: Submission | None) -> dict[int, CostCut]:
    """The cuts by their line; they do not outlive a change of the line."""
    costs = submission.snapshot["costs"] if submission else []
    return {
        cut.line: cut
        for cut in (submission.cuts.all() if submission else ())
        if cut.line < len(costs) and costs[cut.line]["amount_cents"] == cut.planned_cents
    }


def _result(application: Application, sent: Mapping[str, Any], cuts: Mapping[int, CostCut]) -> Result:
    plan = sent_plan(sent, {line: cut.admitted_cents for line, cut in cuts.items()})
    return rules.evaluate(plan, application.programme.cap_per_project_cents)


def _fit(application: Application) -> list[tuple[Any, str]]:
    """How the project fits the concept, as the officer stated it."""
    return [(_("Fit with the concept"), f"{fit.value} – {fit.sentence}") for fit in application.concept_fits.all()]


def sent_plan(sent: Mapping[str, Any], admitted: Mapping[int, int]) -> rules.Plan:
    """The plan as it was sent in, for the arithmetic; `admitted`: line -> cents, where less than planned counts."""
    return rules.Plan(
        costs=tuple(
            rules.Cost(
                category=line["category"],
                share=Decimal(line["share"]),
                quantity=Decimal(line["quantity"]),
                unit_price_cents=line["unit_price_cents"],
                in_kind=line["in_kind"],
                # What was sent before the plan knew of input tax says nothing of it.
                deductible_cents=line.get("deductible_cents", 0),
                what=line["what"],
                admitted_cents=admitted.get(place),
            )
            for place, line in enumerate(sent.get("costs", []))
        ),
        financing=tuple(
            rules.Financing(line["kind"], line["amount_cents"], line["status"]) for line in sent.get("financing", [])
        ),
    )


def _facts(answers: Mapping[str, Any], organisation: Mapping[str, Any], result: Any) -> list[tuple[Any, Any]]:
    forms = dict(LegalForm.choices)
    name, form = organisation.get("name", ""), organisation.get("legal_form", "")
    where = ", ".join(part for part in (answers.get("place"), answers.get("district")) if part)
    people = [
        _("%s participants") % answers["participants"] if answers.get("participants") else "",
        _("%s volunteers") % answers["volunteers"] if answers.get("volunteers") else "",
    ]
    return [
        (_("Who applies"), f"{name} ({forms[form]})" if form in forms else name),
        (_("Representatives"), ", ".join(organisation.get("representatives") or [])),
        (_("Asked for"), eur_text(result.requested_cents)),
        (_("All in all it costs"), eur_text(result.total_cents)),
        (_("When"), _period(answers.get("start"), answers.get("end"))),
        (_("Where"), where),
        *side_by_side(answers, "target_groups", _("For whom")),
        (_("How many"), ", ".join(filter(None, people))),
        (_("Field"), answers.get("action_field")),
        *side_by_side(answers, "partners", _("Partners")),
    ]


def _texts(answers: Mapping[str, Any]) -> list[tuple[Any, str]]:
    texts = [
        *side_by_side(answers, "summary", _("What is planned")),
        *side_by_side(answers, "need", _("Why it is needed")),
        *side_by_side(answers, "goals", _("Goals")),
        *side_by_side(answers, "remains", _("What remains")),
        *side_by_side(answers, "accessibility", _("Accessibility")),
    ]
    return [(heading, text) for heading, text in texts if text]


def _period(start: str | None, end: str | None) -> str:
    days = [date_format(date.fromisoformat(day)) for day in (start, end) if day]
    return " – ".join(days)


def _notes(line: Mapping[str, Any], cut: CostCut | None) -> str:
    if cut is not None:
        admitted = _("%(amount)s admitted: %(reason)s")
        return admitted % {"amount": eur_text(cut.admitted_cents), "reason": cut.reason}
    if line["in_kind"]:
        return _("unpaid work")
    percent = float(line["share"]) * 100
    share = "" if percent == 100 else _("counts %s %%") % f"{percent:g}"
    # What was sent before the plan knew of input tax says nothing of it.
    return ", ".join(filter(None, [share, tax_note(line["amount_cents"], line.get("deductible_cents", 0))]))


def _segments(financing: list[Mapping[str, Any]], kinds: Mapping[str, Any]) -> list[dict[str, Any]]:
    sums: dict[str, int] = {}
    for line in financing:
        sums[line["kind"]] = sums.get(line["kind"], 0) + line["amount_cents"]
    order = [kind for kind in ("grant", "own", "third-party", "income", "in-kind") if sums.get(kind)]
    return [{"label": kinds[kind], "cents": sums[kind], "tone": TONES.get(kind, "rest")} for kind in order]
