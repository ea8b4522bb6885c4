"""Letters about a grant: its settlement (Schlussbescheid) and its revocation. German, as all letters are."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from applications.documents import (
    LetterTexts,
    Parts,
    blocks_of,
    case_letter,
    case_values,
    decider_part,
    german_day,
    greeting,
    remedy_part,
    typed_blocks,
)
from applications.letter_forms import Value
from applications.models import Letter
from budgets.rules import Settlement
from funding.bank import format_iban
from funding.clock import BERLIN
from funding.money import format_eur, in_words
from funding.pdf import Block, Bullets, Column, Facts, Grid, Heading, Text

SETTLEMENT_PARTS = ("proof-basis", "result", "calculation", "payment", "remedy", "decider")

# What each step of budgets.rules.settle means, after its amount.
_STEPS = {
    "award": "bewilligter Betrag",
    "eligible-fall": "Um diesen Betrag sind die zuwendungsfähigen Ausgaben niedriger als geplant.",
    "cover-rise": "Um diesen Betrag sind Eigenmittel, Mittel Dritter und Einnahmen zusammen höher als geplant.",
    "minor-change": "Bis zu dieser Grenze ändert eine Abweichung die Zuwendung nicht. Sie ist eingehalten.",
    "by-gap": "tatsächliche Ausgaben minus geplante Eigenmittel minus tatsächliche Mittel Dritter minus tatsächliche "
    "Einnahmen",
    "by-share": "bewilligter Anteil an den tatsächlichen zuwendungsfähigen Ausgaben abzüglich der zusätzlichen Deckung",
    "by-fixed": "fester Betrag laut Bescheid",
    "by-full": "tatsächliche zuwendungsfähige Ausgaben minus alle anderen tatsächlichen Mittel",
    "award-limit": "Mehr als bewilligt kann die Zuwendung nicht werden.",
    "guard-eligible": "Mehr als die tatsächlichen zuwendungsfähigen Ausgaben kann die Zuwendung nicht werden.",
    "guard-cover": "Mehr, als von den tatsächlichen Ausgaben nach Abzug der Mittel Dritter und der Einnahmen bleibt, "
    "kann die Zuwendung nicht werden.",
    "nothing-left": "Es bleibt nichts, was die Zuwendung decken könnte.",
    "grant": "Zuwendung nach der Prüfung",
}


def step_in_german(code: str, cents: int) -> str:
    """One step of a settlement as it stands in the letter: its amount, then what it is. KeyError: unknown code."""
    if code == "cost-change":
        than = "höher" if cents > 0 else "niedriger"
        return f"{format_eur(abs(cents))}: Um diesen Betrag sind die Ausgaben {than} als geplant."
    return f"{format_eur(cents)}: {_STEPS[code]}"


def settlement_letter(proof: Any, outcome: Settlement, *, day: date, by: Any) -> tuple[str, bytes]:
    """(title, PDF) of the letter that tells how a usage proof was settled, before its money is moved.

    Raises Refused naming the parts that are missing.
    """
    application = proof.grant.application
    title = f"Schlussbescheid {application.file_number}"
    parts = settlement_parts(proof, outcome, by=by)
    subject = LetterTexts(application.municipality, Letter.Kind.SETTLEMENT).line("subject", case_values(application))
    return title, case_letter(application, parts, SETTLEMENT_PARTS, title=title, subject=subject, day=day)


def settlement_blocks(proof: Any, outcome: Settlement, *, by: Any) -> list[Block]:
    """What the letter says, from the greeting to the name."""
    return blocks_of(settlement_parts(proof, outcome, by=by))


def settlement_parts(proof: Any, outcome: Settlement, *, by: Any) -> Parts:
    """The letter part by part; a part whose facts are missing is empty."""
    grant = proof.grant
    town = grant.application.municipality
    texts = LetterTexts(town, Letter.Kind.SETTLEMENT)
    values = _values(proof, outcome)
    less = outcome.grant_cents < grant.amount_cents
    return {
        "opening": [greeting(grant.organisation), *texts.fill("opening", values)],
        "proof-basis": texts.fill("proof-basis", values),
        "result": texts.fill("result-less" if less else "result", values),
        "calculation": [*_calculation(outcome), *_figures(proof)],
        "payment": texts.fill(_consequence(grant, outcome), values),
        "remedy": remedy_part(town, texts),
        "decider": decider_part(town, by),
    }


def _values(proof: Any, outcome: Settlement) -> dict[str, Value]:
    """Reads the payments of before: the settlement itself has not happened yet."""
    grant, cents = proof.grant, outcome.grant_cents
    paid = grant.paid_cents - grant.repaid_cents
    return case_values(grant.application) | {
        "bescheid_vom": _german(grant.letter.issued_at),
        "nachweis_vom": _german(proof.submitted_at),
        "betrag": format_eur(cents),
        "betrag_in_worten": in_words(cents),
        "weniger": format_eur(grant.amount_cents - cents),
        "geldfluss": [Facts([("Zuwendung", format_eur(cents)), ("Bisher ausgezahlt", format_eur(paid))])],
        "rest": format_eur(cents - paid),
        "zu_viel": format_eur(paid - cents),
        "grenze": format_eur(grant.application.programme.small_claim_cents),
    }


def _german(moment: datetime | None) -> str | None:
    return german_day(timezone.localtime(moment, BERLIN).date()) if moment else None


def _consequence(grant: Any, outcome: Settlement) -> str:
    """The name of the text that says what follows for the money."""
    rest = outcome.grant_cents - (grant.paid_cents - grant.repaid_cents)
    if rest > 0:
        return "payment-rest"
    if rest == 0:
        return "payment-even"
    return "payment-small" if -rest <= grant.application.programme.small_claim_cents else "payment-claim"


def _calculation(outcome: Settlement) -> list[Block]:
    steps = [step_in_german(code, cents) for code, cents in outcome.steps]
    return [Heading("2 So haben wir gerechnet"), Bullets(steps, numbered=True)]


def _figures(proof: Any) -> list[Block]:
    """What was planned, spent and admitted per category, in the order of the plan, and the money it was paid from."""
    lines = list(proof.lines.all())
    rows = [_amounts(str(line.category), line.planned_cents, line.spent_cents, line.counted_cents) for line in lines]
    total = _amounts(
        "Summe",
        *(sum(getattr(line, f"{name}_cents") for line in lines) for name in ("planned", "spent", "counted")),
    )
    blocks: list[Block] = [
        Text("Ihre Ausgaben:"),
        Grid(
            [
                Column("Ausgabeart", 3),
                *(Column(name, 1.3, numeric=True) for name in ("Geplant", "Ausgegeben", "Anerkannt")),
            ],
            [*rows, total],
            row_headers=True,
            total=True,
        ),
    ]
    if tax := sum(line.deductible_cents for line in lines):
        blocks.append(
            Text(f"Die Vorsteuer von {format_eur(tax)}, die Sie zurückbekommen, zählt nicht zu den Ausgaben.")
        )
    reduced = [line for line in lines if line.counted_cents < line.spent_cents]
    if reduced:
        blocks += [
            Text("Nicht in voller Höhe anerkannt haben wir:"),
            Bullets([f"{line.category}: {line.reason}" for line in reduced]),
        ]
    eligible = format_eur(proof.eligible_cents)
    blocks.append(Text(f"Davon sind {eligible} zuwendungsfähig, mit dem Anteil, der für jede Ausgabeart gilt."))
    return [*blocks, Text("Andere Mittel:"), _cover_grid(proof)]


def _cover_grid(proof: Any) -> Grid:
    grant = proof.grant
    rows = [
        ("Eigenmittel", grant.planned_own_cents, proof.own_cents),
        ("Mittel Dritter", grant.planned_third_party_cents, proof.third_party_cents),
        ("Einnahmen", grant.planned_income_cents, proof.income_cents),
    ]
    total = ("Summe", sum(row[1] for row in rows), sum(row[2] for row in rows))
    return Grid(
        [Column("Mittel", 3), Column("Geplant", 1.3, numeric=True), Column("Tatsächlich", 1.3, numeric=True)],
        [_amounts(*row) for row in (*rows, total)],
        row_headers=True,
        total=True,
    )


def _amounts(name: str, *cents: int) -> tuple[str, ...]:
    return (name, *(format_eur(amount) for amount in cents))


# --- Revocation -------------------------------------------------------------------------------------------------------

REVOCATION_PARTS = ("revocation", "repayment", "heard", "reasons", "remedy", "decider")


def revocation_letter(grant: Any, hearing: Any, *, reason: str, day: date, by: Any) -> tuple[str, bytes]:
    """(title, PDF) of the letter that takes an award back (§ 49 VwVfG), after the hearing it rests on.

    Raises Refused naming the parts that are missing: with money to pay back also the town's account.
    """
    application = grant.application
    parts = revocation_parts(grant, hearing, reason=reason, by=by)
    title = f"Widerrufsbescheid {application.file_number}"
    subject = LetterTexts(application.municipality, Letter.Kind.REVOCATION).line("subject", case_values(application))
    return title, case_letter(application, parts, REVOCATION_PARTS, title=title, subject=subject, day=day)


def revocation_parts(grant: Any, hearing: Any, *, reason: str, by: Any) -> Parts:
    """The letter part by part; a part whose facts are missing is empty."""
    application, owed = grant.application, grant.paid_cents - grant.repaid_cents
    town = application.municipality
    account = f"{town.account_holder or town.name}, IBAN {format_iban(town.iban)}" if town.iban else None
    texts = LetterTexts(town, Letter.Kind.REVOCATION)
    values = case_values(application) | {
        "bescheid_vom": _german(grant.letter.issued_at),
        "betrag": format_eur(grant.amount_cents),
        "betrag_in_worten": in_words(grant.amount_cents),
        "zurueck": format_eur(owed),
        "zurueck_in_worten": in_words(owed) if owed else None,
        "konto": account,
        "anhoerung_vom": _german(hearing.letter.issued_at),
        "antwort_bis": german_day(hearing.answer_by),
        "antwort_vom": _german(hearing.answered_at),
        "begruendung": typed_blocks(reason),
    }
    return {
        "opening": [greeting(grant.organisation), *texts.fill("opening", values)],
        "revocation": texts.fill("revocation", values),
        "repayment": texts.fill("repayment" if owed > 0 else "repayment-none", values),
        "heard": texts.fill("heard-answer" if hearing.answered_at else "heard-silence", values),
        "reasons": texts.fill("reasons", values),
        "remedy": remedy_part(town, texts),
        "decider": decider_part(town, by),
    }
