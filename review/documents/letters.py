"""The letters that tell a decision: Zuwendungsbescheid and Ablehnungsbescheid. German, whatever language is active."""

from datetime import date
from typing import Any

from django.utils import timezone

from applications.documents import (
    PROCEDURE_ACTS,
    Parts,
    case_letter,
    decider_part,
    german_day,
    greeting,
    joined,
    remedy_part,
)
from applications.models import Letter
from applications.narrative import binding_text
from applications.rules import Result
from funding.clock import BERLIN
from funding.money import format_eur, in_words
from funding.pdf import Block, Bullets, Facts, Heading, Strong, Text
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
REJECTION_PARTS = ("basis", "refusal", "reasons", "remedy", "decider")

_FINANCING = {
    "gap": "Fehlbedarfsfinanzierung: Die Zuwendung deckt, was nach Abzug Ihrer anderen Mittel offen bleibt",
    "share": "Anteilfinanzierung: Die Zuwendung deckt einen festen Anteil der zuwendungsfähigen Ausgaben",
    "fixed": "Festbetragsfinanzierung: Die Zuwendung ist ein fester Betrag",
    "full": "Vollfinanzierung: Die Zuwendung deckt die zuwendungsfähigen Ausgaben, die nicht anders gedeckt sind",
}
_PLURAL = {"Bedingung": "Bedingungen", "Auflage": "Auflagen"}


def decision_letter(decision: Decision, *, day: date, proof_due_on: date, by: Any) -> tuple[str, str, bytes]:
    """(kind, title, PDF) of the award or rejection letter as it goes out on a day.

    Raises Refused naming the parts that are missing: no letter leaves without what §§ 37, 39 VwVfG and § 58 VwGO ask
    for.
    """
    application = decision.application
    if decision.kind == Decision.Kind.AWARD:
        kind, name, subject = Letter.Kind.AWARD, "Zuwendungsbescheid", "Zuwendungsbescheid für Ihr Projekt"
        parts = award_parts(decision, proof_due_on=proof_due_on, by=by)
    else:
        kind, name, subject = (
            Letter.Kind.REJECTION,
            "Ablehnungsbescheid",
            "Entscheidung über Ihren Antrag für das Projekt",
        )
        parts = rejection_parts(decision, by=by)
    title = f"{name} {application.file_number}"
    subject = f"{subject} „{application.title}“"
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
    return [block for part in award_parts(decision, proof_due_on=proof_due_on, by=by).values() for block in part]


def rejection_blocks(decision: Decision, *, by: Any) -> list[Block]:
    """What the rejection letter says, from the greeting to the name."""
    return [block for part in rejection_parts(decision, by=by).values() for block in part]


def award_parts(decision: Decision, *, proof_due_on: date, by: Any) -> Parts:
    """The award letter part by part (DOMAIN section 7); a part whose facts are missing is empty."""
    application = decision.application
    programme, organisation = application.programme, application.organisation
    cuts = list(cuts_of(application).values())
    result = admitted_result(application, {cut.line: cut.admitted_cents for cut in cuts})
    return {
        "opening": [
            greeting(organisation),
            Text("gute Nachricht: Wir fördern Ihr Projekt. Dieser Bescheid sagt, womit Sie rechnen können."),
        ],
        "basis": _basis(application),
        "grant": _grant(decision, result),
        "measure": _measure(application),
        "joint-liability": _joint_liability(organisation),
        "financing": _financing(programme, decision.amount_cents),
        "calculation": calculation_part(application, result, decision.amount_cents, cuts),
        "payment": _payment(programme, organisation),
        "proof": _proof(proof_due_on),
        "conditions": _conditions(decision, result),
        "obligations": _obligations(decision, proof_due_on),
        "reasons": _reasons(decision, partial=_is_partial(decision), cut=bool(cuts)),
        "remedy": remedy_part(application.municipality),
        "decider": decider_part(application.municipality, by),
    }


def rejection_parts(decision: Decision, *, by: Any) -> Parts:
    """The rejection letter part by part; a part whose facts are missing is empty."""
    application = decision.application
    return {
        "opening": [
            greeting(application.organisation),
            Text(
                "vielen Dank für Ihren Antrag und für die Arbeit, die darin steckt. "
                "Leider können wir Ihr Projekt diesmal nicht fördern."
            ),
        ],
        "basis": _basis(application),
        "refusal": _refusal(application),
        "reasons": _reasons(decision, partial=False),
        "next": _next_step(application.municipality),
        "remedy": remedy_part(application.municipality),
        "decider": decider_part(application.municipality, by),
    }


def _is_partial(decision: Decision) -> bool:
    return decision.amount_cents < decision.application.evaluate().requested_cents


# --- Parts ------------------------------------------------------------------------------------------------------------


def _basis(application: Any) -> list[Block]:
    basis, received = application.programme.basis, application.received_on
    if not basis or not received:
        return []
    last = application.submissions.first()
    changed = ""
    if last and last.number > 1:
        changed = f" in der Fassung vom {german_day(timezone.localtime(last.submitted_at, BERLIN).date())}"
    filed = f"{german_day(received)}{changed}"
    return [Text(f"Grundlage dieses Bescheids sind die Richtlinie „{basis}“ und Ihr Antrag vom {filed}.")]


def _grant(decision: Decision, result: Result) -> list[Block]:
    application, cents = decision.application, decision.amount_cents
    if not (cents and application.title and application.start and application.end):
        return []
    blocks: list[Block] = [
        Heading("1 Zuwendung"),
        Text("Wir bewilligen Ihnen als nicht rückzahlbaren Zuschuss:"),
        Facts(
            [
                ("Betrag", (Strong(format_eur(cents)), f" (in Worten: {in_words(cents)})")),
                ("Zweck", "Durchführung des Projekts, das unter 2 beschrieben ist"),
                ("Bewilligungszeitraum", f"{german_day(application.start)} bis {german_day(application.end)}"),
            ]
        ),
        Text("Die Zuwendung darf nur für diesen Zweck und für Ausgaben in diesem Zeitraum verwendet werden."),
    ]
    if _is_partial(decision):
        rest = format_eur(result.requested_cents - cents)
        blocks.append(Text(f"Soweit Sie mehr beantragt haben ({rest}), lehnen wir den Antrag ab."))
    return blocks


def _measure(application: Any) -> list[Block]:
    place = ", ".join(filter(None, [application.place, application.district, application.municipality.city]))
    if not (application.title and place):
        return []
    facts = [("Projekt", application.title), ("Ort", place)]
    if summary := binding_text(application, "summary"):
        facts.append(("Inhalt", summary))
    return [
        Heading("2 Maßnahme"),
        Facts(facts),
        Text("Maßgeblich ist Ihr Antrag mit Kosten- und Finanzierungsplan. Er ist Bestandteil dieses Bescheids."),
    ]


def _joint_liability(organisation: Any) -> list[Block]:
    names = organisation.representatives
    if not organisation.is_unregistered or not names:
        return []
    who = (
        f"{organisation.name} ist keine eingetragene Organisation. "
        f"Dieser Bescheid richtet sich deshalb an {joined(names)}."
    )
    if len(names) == 1:
        answer = f"{names[0]} haftet persönlich dafür, dass das Geld richtig verwendet und, wenn nötig, erstattet wird."
    else:
        answer = (
            "Diese Personen haften als Gesamtschuldner (§ 421 BGB): Eine Erstattung kann von jeder von ihnen ganz "
            "oder teilweise verlangt werden, insgesamt aber nur einmal."
        )
    return [Heading("Wer haftet", level=3), Text(f"{who} {answer}")]


def _financing(programme: Any, cents: int) -> list[Block]:
    if programme.financing not in _FINANCING:
        return []
    return [
        Heading("3 Art und Höhe der Förderung"),
        Text(f"Projektförderung als {_FINANCING[programme.financing]}, höchstens jedoch {format_eur(cents)}."),
        Text(
            "Dieser Betrag erhöht sich nicht, auch wenn das Projekt teurer wird als geplant. "
            "Eine Nachbewilligung ist ausgeschlossen."
        ),
    ]


def _payment(programme: Any, organisation: Any) -> list[Block]:
    if not (organisation.iban and organisation.account_holder):
        return []
    if programme.payment_mode == programme.PaymentMode.ON_CALL:
        how = (
            "Sie rufen das Geld ab, auf einmal oder in Teilen. Rufen Sie nur so viel ab, wie Sie innerhalb von zwei "
            "Monaten nach der Auszahlung für fällige Zahlungen brauchen."
        )
    else:
        how = (
            "Sie erhalten das Geld in einer Summe. Die Regel, dass Geld innerhalb von zwei Monaten verbraucht sein "
            "muss, gilt für Sie nicht."
        )
    return [
        Heading("5 Auszahlung"),
        Text(f"Bitte nehmen Sie die Zuwendung zuerst an. {how}"),
        Text(
            "Wir zahlen, wenn dieser Bescheid bestandskräftig ist, also nach Ablauf der Rechtsbehelfsfrist. Früher "
            "geht es, wenn Sie auf den Rechtsbehelf verzichten. Diesen Verzicht erklären Sie getrennt von der Annahme. "
            "Er ist freiwillig und lässt sich nicht zurücknehmen."
        ),
        Text(
            f"Wir zahlen auf das Konto aus Ihrem Antrag: Kontoinhaber*in {organisation.account_holder}, "
            f"IBAN mit der Endung {organisation.iban[-4:]}."
        ),
    ]


def _proof(due_on: date | None) -> list[Block]:
    if due_on is None:
        return []
    return [
        Heading("6 Verwendungsnachweis"),
        Text(("Bitte weisen Sie uns bis zum ", Strong(german_day(due_on)), " nach, was Sie mit dem Geld getan haben:")),
        Bullets(
            [
                "ein kurzer Bericht: was war geplant, was haben Sie erreicht",
                "ein zahlenmäßiger Nachweis: alle Ausgaben und Einnahmen in der Reihenfolge des Plans",
                "eine Liste der Belege: Tag der Zahlung, Empfänger, Zweck, Betrag",
            ]
        ),
        Text(
            "Die Belege selbst behalten Sie. Bewahren Sie sie fünf Jahre nach Vorlage des Nachweises auf. "
            "Wir fordern einzelne als Stichprobe an."
        ),
    ]


def _conditions(decision: Decision, result: Result) -> list[Block]:
    act = PROCEDURE_ACTS[decision.application.municipality.state]
    return [
        Heading("7 Nebenbestimmungen"),
        Heading("Bedingungen", level=3),
        Text(
            "Die Bewilligung steht unter einer auflösenden Bedingung "
            f"(§ 36 Abs. 2 Nr. 2 {act}). Tritt sie ein, gilt die Bewilligung ohne weiteren Bescheid nur noch in "
            "der verminderten Höhe:"
        ),
        Bullets([*_reduction(decision, result), _guard(decision.amount_cents)], numbered=True),
        *_also("Bedingung", decision.conditions),
    ]


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


def _obligations(decision: Decision, proof_due_on: date | None) -> list[Block]:
    application = decision.application
    act = PROCEDURE_ACTS[application.municipality.state]
    if proof_due_on is None:
        return []
    return [
        Heading("Auflagen", level=3),
        Text(f"Diese Pflichten gelten als Auflagen (§ 36 Abs. 2 Nr. 4 {act}):"),
        Bullets(
            [
                "Verwenden Sie das Geld wirtschaftlich und sparsam und nur für den genannten Zweck.",
                "Der Plan ist in seiner Summe verbindlich. Eine Ausgabeart darf um bis zu "
                f"{application.programme.category_tolerance_percent} % steigen, wenn Sie das bei anderen "
                "einsparen. Für mehr, für neue Ausgabearten und für andere Termine brauchen Sie vorher unsere "
                "Zustimmung.",
                "Sagen Sie uns sofort Bescheid, wenn Sie weitere Mittel bekommen, wenn sich Ausgaben oder Termine "
                "wesentlich ändern oder wenn das Projekt nicht stattfindet.",
                f"Legen Sie den Verwendungsnachweis bis zum {german_day(proof_due_on)} vor.",
                "Bewahren Sie die Belege fünf Jahre auf und zeigen Sie sie uns und der Rechnungsprüfung auf Verlangen.",
            ],
            numbered=True,
        ),
        *_also("Auflage", decision.obligations),
        Text(
            "Wird das Geld nicht für seinen Zweck verwendet oder eine Auflage nicht erfüllt, können wir den Bescheid "
            f"widerrufen (§ 49 Abs. 3 {act}). Dann ist das Geld zu erstatten und zu verzinsen (§ 49a {act})."
        ),
    ]


def _also(kind: str, typed: str) -> list[Block]:
    """What the decider added, a line each; nothing when nothing was typed."""
    lines = [line.strip().lstrip("–-•* ") for line in typed.splitlines()]
    items = [line for line in lines if line]
    if not items:
        return []
    intro = f"Außerdem gilt als {kind}:" if len(items) == 1 else f"Außerdem gelten als {_PLURAL[kind]}:"
    return [Text(intro), Bullets(items)]


def _reasons(decision: Decision, *, partial: bool, cut: bool = False) -> list[Block]:
    """The reasons as they were typed, after the criteria they apply (§ 39 (1) VwVfG: discretion is shown)."""
    typed = [line.strip() for line in decision.reasons.splitlines() if line.strip()]
    if not typed:
        return []
    application = decision.application
    act = PROCEDURE_ACTS[application.municipality.state]
    criteria = [str(criterion) for criterion in application.programme.criteria]
    discretion = f"Wir entscheiden nach pflichtgemäßem Ermessen (§ 40 {act}) und im Rahmen der verfügbaren Mittel"
    weighed: list[Block] = [Text(f"{discretion} nach der Richtlinie.")]
    if criteria:
        weighed = [Text(f"{discretion} nach den veröffentlichten Kriterien:"), Bullets(criteria)]
    applied = "Deshalb bewilligen wir weniger, als Sie beantragt haben:" if partial else "Für Ihren Antrag heißt das:"
    if cut and partial:
        typed.append("Einen Teil der geplanten Ausgaben erkennen wir nicht an. Welchen und warum, steht unter 4.")
    return [Heading("Begründung"), *weighed, Text(applied), *(Text(line) for line in typed)]


def _refusal(application: Any) -> list[Block]:
    if not application.title:
        return []
    requested = format_eur(application.evaluate().requested_cents)
    return [
        Heading("Entscheidung"),
        Text(f"Ihren Antrag auf eine Zuwendung von {requested} für das Projekt „{application.title}“ lehnen wir ab."),
    ]


def _next_step(town: Any) -> list[Block]:
    contact = joined([text for text in (town.phone and f"Telefon {town.phone}", town.email) if text]) or town.office
    return [
        Heading("Wie es weitergehen kann"),
        Text(
            "Sie können Ihren Antrag überarbeiten und neu stellen. Sprechen Sie vorher gern mit uns: "
            f"{contact}. Die Frist für einen Rechtsbehelf läuft währenddessen weiter."
        ),
    ]
