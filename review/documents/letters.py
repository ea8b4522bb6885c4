"""The letters that tell a decision: Zuwendungsbescheid and Ablehnungsbescheid. German, whatever language is active."""

from datetime import date
from typing import Any

from django.utils import timezone

from applications.documents import (
    PROCEDURE_ACTS,
    LetterTexts,
    Parts,
    blocks_of,
    case_letter,
    case_values,
    decider_part,
    german_day,
    greeting,
    joined,
    remedy_part,
)
from applications.letter_forms import Value
from applications.models import Letter
from applications.narrative import binding_text
from applications.rules import Result
from funding.clock import BERLIN
from funding.models import Programme
from funding.money import format_eur, in_words
from funding.pdf import Block, Bullets, Facts, Text
from review.documents.calculation import calculation_part
from review.models import Decision, admitted_result, cuts_of

AWARD_PARTS = (
    "basis",
    "grant",
    "measure",
    "financing",
    "calculation",
    "payment",
    "proof",
    "conditions",
    "obligations",
    "remedy",
    "decider",
)
REJECTION_PARTS = ("basis", "refusal", "reasons", "next", "remedy", "decider")

_PLURAL = {"Bedingung": "Bedingungen", "Auflage": "Auflagen"}


def decision_letter(decision: Decision, *, day: date, proof_due_on: date, by: Any) -> tuple[str, str, bytes]:
    """(kind, title, PDF) of the award or rejection letter as it goes out on a day.

    Raises Refused naming the parts that are missing: no letter leaves without what §§ 37, 39 VwVfG and § 58 VwGO ask
    for.
    """
    application = decision.application
    if decision.kind == Decision.Kind.AWARD:
        kind, name = Letter.Kind.AWARD, "Zuwendungsbescheid"
        parts = award_parts(decision, proof_due_on=proof_due_on, by=by)
    else:
        kind, name = Letter.Kind.REJECTION, "Ablehnungsbescheid"
        parts = rejection_parts(decision, by=by)
    title = f"{name} {application.file_number}"
    subject = LetterTexts(application.municipality, kind).line("subject", case_values(application))
    return kind, title, case_letter(application, parts, mandatory(decision), title=title, subject=subject, day=day)


def mandatory(decision: Decision) -> list[str]:
    """Codes of the parts this letter must have; reasons where less is granted than was asked for (§ 39 VwVfG)."""
    if decision.kind != Decision.Kind.AWARD:
        return list(REJECTION_PARTS)
    parts = list(AWARD_PARTS)
    if decision.application.organisation.is_unregistered:
        parts.append("joint-liability")
    if _is_partial(decision):
        parts.append("reasons")
    return parts


def award_blocks(decision: Decision, *, proof_due_on: date, by: Any) -> list[Block]:
    """What the award letter says, from the greeting to the name."""
    return blocks_of(award_parts(decision, proof_due_on=proof_due_on, by=by))


def rejection_blocks(decision: Decision, *, by: Any) -> list[Block]:
    """What the rejection letter says, from the greeting to the name."""
    return blocks_of(rejection_parts(decision, by=by))


def award_parts(decision: Decision, *, proof_due_on: date, by: Any) -> Parts:
    """The award letter part by part (DOMAIN section 7); a part whose facts are missing is empty."""
    application = decision.application
    programme, organisation = application.programme, application.organisation
    cuts = list(cuts_of(application).values())
    result = admitted_result(application, {cut.line: cut.admitted_cents for cut in cuts})
    texts = LetterTexts(application.municipality, Letter.Kind.AWARD)
    partial = _is_partial(decision)
    values = _award_values(decision, result, proof_due_on)
    grant = texts.fill("grant", values)
    reasons = texts.fill("reasons-partial" if partial else "reasons", values)
    return {
        "opening": [greeting(organisation), *texts.fill("opening", values)],
        "basis": _basis(decision, texts, values),
        "grant": grant and [*grant, *(texts.fill("grant-partial", values) if partial else [])],
        "measure": texts.fill("measure", values),
        "joint-liability": texts.fill(_liability(organisation), values) if organisation.is_unregistered else [],
        "financing": texts.fill(f"financing-{programme.financing}", values)
        if programme.financing in Programme.Financing.values
        else [],
        "calculation": calculation_part(application, result, decision.amount_cents, cuts),
        "payment": texts.fill(f"payment-{programme.payment_mode}", values),
        "proof": texts.fill("proof", values),
        "conditions": texts.fill("conditions", values),
        "obligations": texts.fill("obligations", values),
        "reasons": reasons and [*reasons, *(texts.fill("reasons-cut", values) if partial and cuts else [])],
        "remedy": remedy_part(application.municipality, texts),
        "decider": decider_part(application.municipality, by),
    }


def rejection_parts(decision: Decision, *, by: Any) -> Parts:
    """The rejection letter part by part; a part whose facts are missing is empty."""
    application = decision.application
    texts = LetterTexts(application.municipality, Letter.Kind.REJECTION)
    values = _shared_values(decision) | {
        "beantragt": format_eur(application.evaluate().requested_cents),
        "naechster_schritt": _paragraphs(decision.next_step.splitlines()),
    }
    return {
        "opening": [greeting(application.organisation), *texts.fill("opening", values)],
        "basis": _basis(decision, texts, values),
        "refusal": texts.fill("refusal", values),
        "reasons": texts.fill("reasons", values),
        "next": texts.fill("next", values),
        "remedy": remedy_part(application.municipality, texts),
        "decider": decider_part(application.municipality, by),
    }


def _basis(decision: Decision, texts: LetterTexts, values: dict[str, Value]) -> list[Block]:
    basis = texts.fill("basis", values)
    return basis and [*basis, *(texts.fill("without-board", values) if decision.board_was_skipped else [])]


def _is_partial(decision: Decision) -> bool:
    return decision.amount_cents < decision.application.evaluate().requested_cents


# --- Values of the placeholders ---------------------------------------------------------------------------------------


def _shared_values(decision: Decision) -> dict[str, Value]:
    application = decision.application
    limit = application.programme.without_board_cents
    return case_values(application) | {
        "richtlinie": application.programme.basis,
        "antrag_vom": _filed(application),
        "ermessen": _discretion(application),
        "begruendung": _paragraphs(decision.reason_lines),
        "grenze_ohne_beirat": format_eur(limit) if limit else None,
    }


def _paragraphs(lines: list[str]) -> list[Block] | None:
    return [Text(line.strip()) for line in lines if line.strip()] or None


def _award_values(decision: Decision, result: Result, proof_due_on: date | None) -> dict[str, Value]:
    application, cents = decision.application, decision.amount_cents
    organisation = application.organisation
    start, end = application.start, application.end
    return _shared_values(decision) | {
        "betrag": format_eur(cents) if cents else None,
        "betrag_in_worten": in_words(cents) if cents else None,
        "zeitraum": f"{german_day(start)} bis {german_day(end)}" if start and end else None,
        "rest": format_eur(result.requested_cents - cents),
        "massnahme": _measure(application),
        "person": joined(organisation.representatives),
        "personen": joined(organisation.representatives),
        "kontoinhaber": organisation.account_holder,
        "iban_ende": organisation.iban[-4:],
        "nachweis_bis": german_day(proof_due_on) if proof_due_on else None,
        "toleranz": str(application.programme.category_tolerance_percent),
        "bedingungen": [Bullets([*_reduction(decision, result), _guard(cents)], numbered=True)],
        "weitere_bedingungen": _also("Bedingung", decision.conditions),
        "weitere_auflagen": _also("Auflage", decision.obligations),
    }


def _filed(application: Any) -> str | None:
    if not application.received_on:
        return None
    last = application.submissions.first()
    changed = ""
    if last and last.number > 1:
        changed = f" in der Fassung vom {german_day(timezone.localtime(last.submitted_at, BERLIN).date())}"
    return f"{german_day(application.received_on)}{changed}"


def _measure(application: Any) -> list[Block] | None:
    place = ", ".join(filter(None, [application.place, application.district, application.municipality.city]))
    if not (application.title and place):
        return None
    facts = [("Projekt", application.title), ("Ort", place)]
    if summary := binding_text(application, "summary"):
        facts.append(("Inhalt", summary))
    return [Facts(facts)]


def _liability(organisation: Any) -> str:
    return "joint-liability-one" if len(organisation.representatives) == 1 else "joint-liability-several"


def _reduction(decision: Decision, result: Result) -> list[str]:
    """How the grant falls, in the words of budgets.rules.settle; a fixed amount is only held by the guard."""
    programme = decision.application.programme
    limit = format_eur(programme.minor_change_cents)
    fall = (
        "Sinken die zuwendungsfähigen Ausgaben gegenüber dem Plan oder steigt die Deckung durch Eigenmittel, Mittel "
        f"Dritter und Einnahmen, und zwar eines von beiden um mehr als {limit}, dann beträgt die Zuwendung nur noch"
    )
    texts = {
        "gap": f"{fall}: tatsächliche Ausgaben minus geplante Eigenmittel minus tatsächliche Mittel Dritter minus "
        "tatsächliche Einnahmen. Sie steigt dadurch nie über den bewilligten Betrag.",
        "share": f"{fall} den Anteil, in dem {format_eur(decision.amount_cents)} zu "
        f"{format_eur(result.eligible_cents)} stehen, und zwar von den tatsächlichen zuwendungsfähigen Ausgaben "
        "abzüglich der zusätzlichen Deckung. Sie steigt dadurch nie über den bewilligten Betrag.",
        "full": "Sinken die zuwendungsfähigen Ausgaben oder steigt die Deckung durch andere Mittel, dann beträgt die "
        "Zuwendung nur noch: tatsächliche zuwendungsfähige Ausgaben minus alle anderen tatsächlichen Mittel. Das gilt "
        "auch für kleine Änderungen.",
    }
    return [texts[programme.financing]] if programme.financing in texts else []


def _guard(cents: int) -> str:
    return (
        f"In jedem Fall ist die Zuwendung höchstens so hoch wie der kleinste dieser Beträge: {format_eur(cents)}; die "
        "tatsächlichen zuwendungsfähigen Ausgaben; die tatsächlichen Ausgaben minus Mittel Dritter und Einnahmen. "
        "Das gilt auch für kleine Änderungen."
    )


def _also(kind: str, items: list[str]) -> list[Block]:
    """What the decider added, a sentence each; nothing when nothing was added."""
    if not items:
        return []
    intro = f"Außerdem gilt als {kind}:" if len(items) == 1 else f"Außerdem gelten als {_PLURAL[kind]}:"
    return [Text(intro), Bullets(items)]


def _discretion(application: Any) -> list[Block]:
    """By which criteria it was decided (§ 39 (1) VwVfG: the reasons show how discretion was used)."""
    act = PROCEDURE_ACTS[application.municipality.state]
    criteria = [str(criterion) for criterion in application.programme.criteria]
    discretion = f"Wir entscheiden nach pflichtgemäßem Ermessen (§ 40 {act}) und im Rahmen der verfügbaren Mittel"
    if criteria:
        return [Text(f"{discretion} nach den veröffentlichten Kriterien:"), Bullets(criteria)]
    return [Text(f"{discretion} nach der Richtlinie.")]
