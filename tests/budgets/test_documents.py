"""What the settlement letter, the payment order and the finance list say."""

import csv
from datetime import date, datetime
from io import StringIO

import pytest
from django.utils import translation

from budgets.documents import payment_file, payment_order_pdf, settlement_letter
from budgets.documents.files import COLUMNS
from budgets.documents.letters import settlement_blocks, settlement_parts, step_in_german
from budgets.operations import settlement_of
from budgets.rules import settle
from funding.clock import BERLIN
from funding.gate import Refused
from funding.pdf import Bullets, Column, Facts, Grid, Heading, Signature, Strong, Text
from tests import factories
from tests.pdf_structure import outline

pytestmark = pytest.mark.django_db

DAY = date(2027, 2, 2)
AT = datetime(2026, 3, 2, 9, 5, tzinfo=BERLIN)


@pytest.fixture
def town():
    return factories.make_town()


@pytest.fixture
def decider(town):
    return factories.make_user(town, "decider", name="Sabine Köster")


@pytest.fixture
def grant(town):
    application = factories.make_application(
        factories.make_programme(town),
        factories.make_organisation(town),
        plan=factories.CHILDCARE,
        state="awarded",
        file_number="FT-2025-0002",
        title="Spielkoffer",
    )
    return factories.make_grant(application)


def make_checked_proof(grant, spent: dict[str, int], *, admitted: dict[str, tuple[int, str]] | None = None):
    """The proof of the childcare plan as planned, but for the categories in `spent` and `admitted` (cents)."""
    proof = grant.proofs.get()
    proof.submitted_at = datetime(2027, 1, 4, 9, 0, tzinfo=BERLIN)
    proof.own_cents, proof.third_party_cents = 500_00, 1_208_00
    proof.save()
    for line in proof.lines.all():
        line.spent_cents = spent.get(line.category.slug, line.planned_cents)
        line.admitted_cents, line.reason = (admitted or {}).get(line.category.slug, (line.spent_cents, ""))
        line.save()
    return proof


def make_paid(grant, cents: int):
    return factories.make_payment(grant, amount_cents=cents, state="booked")


def make_ordered(grant, **fields):
    town = grant.municipality
    return factories.make_payment(
        grant,
        **{
            "state": "ordered",
            "due_on": date(2026, 3, 10),
            "requested_by": factories.make_user(name="Miriam Okafor"),
            "verified_by": factories.make_user(town, "verifier", name="Ute Ebers"),
            "verified_at": datetime(2026, 3, 2, 9, 5, tzinfo=BERLIN),
            "ordered_by": factories.make_user(town, "authoriser", name="Ralf Simon"),
            "ordered_at": datetime(2026, 3, 3, 16, 40, tzinfo=BERLIN),
        }
        | fields,
    )


# --- Settlement letter ------------------------------------------------------------------------------------------------


def test_settlement_with_something_to_pay_back_says_exactly_this(grant, decider):
    make_paid(grant, 2_605_00)
    proof = make_checked_proof(
        grant, {"personnel": 2_416_00}, admitted={"travel": (152_00, "Fahrten im Januar 2027 gehören nicht dazu.")}
    )

    blocks = settlement_blocks(proof, settlement_of(proof), by=decider)

    assert blocks == [
        Text("Guten Tag,"),
        Text("vielen Dank für Ihr Projekt und für Ihren Verwendungsnachweis. Wir haben ihn geprüft."),
        Text(
            "Grundlage sind der Zuwendungsbescheid vom 2. Februar 2026 und Ihr Verwendungsnachweis vom 4. Januar 2027."
        ),
        Heading("1 Ergebnis"),
        Facts([("Zuwendung", (Strong("1.605,00\u00a0€"), " (in Worten: eintausendsechshundertfünf Euro)"))]),
        Text(
            "Das sind 1.000,00\u00a0€ weniger als bewilligt. Die auflösende Bedingung des Zuwendungsbescheids ist "
            "insoweit eingetreten. Der Zuwendungsbescheid muss dafür nicht widerrufen werden."
        ),
        Heading("2 So haben wir gerechnet"),
        Bullets(
            [
                "2.605,00\u00a0€: bewilligter Betrag",
                "1.000,00\u00a0€: Um diesen Betrag sind die Ausgaben niedriger als geplant.",
                "600,00\u00a0€: Um diesen Betrag sind die zuwendungsfähigen Ausgaben niedriger als geplant.",
                "1.605,00\u00a0€: tatsächliche Ausgaben minus geplante Eigenmittel minus tatsächliche Mittel Dritter "
                "minus tatsächliche Einnahmen",
                "1.605,00\u00a0€: Zuwendung nach der Prüfung",
            ],
            numbered=True,
        ),
        Text("Ihre Ausgaben:"),
        Grid(
            [
                Column("Ausgabeart", 3),
                Column("Geplant", 1.3, numeric=True),
                Column("Ausgegeben", 1.3, numeric=True),
                Column("Anerkannt", 1.3, numeric=True),
            ],
            [
                ("Personalkosten", "3.416,00\u00a0€", "2.416,00\u00a0€", "2.416,00\u00a0€"),
                ("Fahrtkosten", "252,00\u00a0€", "252,00\u00a0€", "152,00\u00a0€"),
                ("Material", "480,00\u00a0€", "480,00\u00a0€", "480,00\u00a0€"),
                ("Versicherungen", "165,00\u00a0€", "165,00\u00a0€", "165,00\u00a0€"),
                ("Summe", "4.313,00\u00a0€", "3.313,00\u00a0€", "3.213,00\u00a0€"),
            ],
            row_headers=True,
            total=True,
        ),
        Text("Nicht in voller Höhe anerkannt haben wir:"),
        Bullets(["Fahrtkosten: Fahrten im Januar 2027 gehören nicht dazu."]),
        Text("Davon sind 2.005,00\u00a0€ zuwendungsfähig, mit dem Anteil, der für jede Ausgabeart gilt."),
        Text("Andere Mittel:"),
        Grid(
            [Column("Mittel", 3), Column("Geplant", 1.3, numeric=True), Column("Tatsächlich", 1.3, numeric=True)],
            [
                ("Eigenmittel", "500,00\u00a0€", "500,00\u00a0€"),
                ("Mittel Dritter", "1.208,00\u00a0€", "1.208,00\u00a0€"),
                ("Einnahmen", "0,00\u00a0€", "0,00\u00a0€"),
                ("Summe", "1.708,00\u00a0€", "1.708,00\u00a0€"),
            ],
            row_headers=True,
            total=True,
        ),
        Heading("3 Was jetzt geschieht"),
        Facts([("Zuwendung", "1.605,00\u00a0€"), ("Bisher ausgezahlt", "2.605,00\u00a0€")]),
        Text(("Sie haben ", Strong("1.000,00\u00a0€"), " mehr bekommen, als Ihnen nach dieser Abrechnung zusteht.")),
        Text(
            "Bitte überweisen Sie jetzt noch nichts. Wir hören Sie zuerst gesondert dazu an und entscheiden danach in "
            "einem eigenen schriftlichen Bescheid, was und bis wann Sie zurückzahlen."
        ),
        Heading("Rechtsbehelfsbelehrung"),
        Text(
            "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Klage beim Verwaltungsgericht "
            "Gelsenkirchen, Bahnhofsvorplatz 3, 45879 Gelsenkirchen, erhoben werden."
        ),
        Signature(
            "Mit freundlichen Grüßen",
            "Sabine Köster",
            "Entscheidungsbefugt · Fachbereich Wohnen, Soziales und Senioren",
            3,
        ),
    ]


@pytest.mark.parametrize(
    ("paid", "sentences"),
    [
        (
            1_000_00,
            [
                Text(
                    (
                        "Wir zahlen Ihnen noch ",
                        Strong("1.605,00\u00a0€"),
                        " aus, auf das Konto, das Sie angegeben haben.",
                    )
                ),
                Text("Sie müssen dafür nichts tun."),
            ],
        ),
        (
            2_605_00,
            [
                Text(
                    "Es ist nichts mehr zu zahlen, und Sie müssen nichts zurückgeben. "
                    "Bitte bewahren Sie die Belege weiter auf."
                )
            ],
        ),
        (
            2_630_00,
            [
                Text(
                    "Sie haben 25,00\u00a0€ mehr bekommen, als Ihnen zusteht. Beträge bis 25,00\u00a0€ fordern wir "
                    "nicht zurück. Bitte bewahren Sie die Belege weiter auf."
                )
            ],
        ),
    ],
)
def test_settlement_as_planned_says_what_happens_to_the_money(grant, decider, paid, sentences):
    make_paid(grant, paid)
    proof = make_checked_proof(grant, {})

    parts = settlement_parts(proof, settlement_of(proof), by=decider)

    assert parts["result"][2] == Text("Die Zuwendung bleibt so hoch, wie sie bewilligt wurde.")
    assert parts["payment"][2:] == sentences


@pytest.mark.parametrize(
    ("deductible_cents", "sentences"),
    [(0, 0), (76_64, 1)],
)
def test_settlement_says_that_input_tax_that_comes_back_does_not_count(grant, decider, deductible_cents, sentences):
    make_paid(grant, 2_605_00)
    proof = make_checked_proof(grant, {})
    material = proof.lines.get(category__slug="material")
    material.deductible_cents = deductible_cents
    material.save()

    blocks = settlement_blocks(grant.proofs.get(), settlement_of(proof), by=decider)

    said = Text("Die Vorsteuer von 76,64\u00a0€, die Sie zurückbekommen, zählt nicht zu den Ausgaben.")
    assert blocks.count(said) == sentences


@pytest.mark.parametrize("financing", ["gap", "share", "fixed", "full"])
@pytest.mark.parametrize("actual", [(0, 0, 0, 0), (9_000_00, 0, 9_500_00, 0), (7_000_00, 1_500_00, 1_500_00, 900_00)])
def test_every_step_of_every_settlement_has_a_sentence(financing, actual):
    cost, own, third_party, income = actual
    outcome = settle(
        financing=financing,
        award=5_000_00,
        planned_eligible=8_000_00,
        planned_cost=8_000_00,
        planned_own=1_500_00,
        planned_third_party=1_500_00,
        planned_income=0,
        actual_eligible=cost,
        actual_cost=cost,
        actual_own=own,
        actual_third_party=third_party,
        actual_income=income,
    )

    sentences = [step_in_german(code, cents) for code, cents in outcome.steps]

    assert len(set(sentences)) == len(outcome.steps)


def test_step_nobody_knows_is_an_error():
    with pytest.raises(KeyError):
        step_in_german("unheard-of", 1)


def test_settlement_letter_has_its_title_and_is_german_whatever_language_is_active(grant, decider):
    proof = make_checked_proof(grant, {})
    german = settlement_letter(proof, settlement_of(proof), day=DAY, by=decider)

    with translation.override("en"):
        english = settlement_letter(proof, settlement_of(proof), day=DAY, by=decider)

    assert english == german
    assert german[0] == "Schlussbescheid FT-2025-0002"
    assert outline(german[1])[10] == ("H1", "Schlussbescheid für Ihr Projekt „Spielkoffer“")


@pytest.mark.parametrize(
    ("owner", "field", "value", "part"),
    [
        ("town", "court_address", "", "the court or authority of the remedy, with its address"),
        ("proof", "submitted_at", None, "the award letter and the day of the usage proof"),
        ("decider", "name", "", "the name of the person who decided"),
    ],
)
def test_settlement_letter_without_a_mandatory_part_is_refused(grant, decider, owner, field, value, part):
    proof = make_checked_proof(grant, {})
    setattr({"town": proof.grant.application.municipality, "proof": proof, "decider": decider}[owner], field, value)

    with translation.override("en"), pytest.raises(Refused) as refused:
        settlement_letter(proof, settlement_of(proof), day=DAY, by=decider)

    assert str(refused.value) == f"The letter is not complete. Missing: {part}."


# --- Files ------------------------------------------------------------------------------------------------------------


def read_list(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_finance_list_says_exactly_this(grant, town):
    payment = make_ordered(grant)

    name, content = payment_file(town, [payment], number=3, execute_on=date(2026, 3, 12), at=AT)

    assert name == "zahlungslauf-0003-2026-03-12.csv"
    assert read_list(content) == [
        list(COLUMNS),
        [
            "Fachbereich Wohnen, Soziales und Senioren",
            "FT-2025-0002",
            "FT-2025-0002-1",
            "Kinderzeit Unna e.V.",
            "Kinderzeit Unna e.V.",
            "DE89370400440532013000",
            "2605,00",
            "Zuwendung FT-2025-0002 Abruf 1 Kreisstadt Unna",
            "Zuwendungsbescheid FT-2025-0002 vom 02.02.2026, 1. Auszahlung",
            "10.03.2026",
            "12.03.2026",
            "2026",
            "",
            "",
            "",
            "",
            "Ute Ebers",
            "02.03.2026 09:05",
            "Ralf Simon",
            "03.03.2026 16:40",
        ],
    ]


def test_finance_list_has_byte_order_mark_semicolons_and_windows_line_ends(grant, town):
    payment = make_ordered(grant)

    _name, content = payment_file(town, [payment], number=3, execute_on=DAY, at=AT)

    assert content.startswith(b"\xef\xbb\xbfDienststelle;Aktenzeichen;")
    assert (content.count(b"\r\n"), content.count(b"\n")) == (2, 2)


@pytest.mark.parametrize(
    ("payee", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+49", "'+49"),
        ("-Verein", "'-Verein"),
        ("@Verein", "'@Verein"),
        ("\tVerein", "'\tVerein"),
        ("\r=Verein", "' =Verein"),
        (" =Verein", "' =Verein"),
        ("Rot; Blau\nGrün", "Rot; Blau Grün"),
        ('"Rot"', '"Rot"'),
    ],
)
def test_finance_list_cell_that_could_be_a_formula_is_text(grant, town, payee, cell):
    payment = make_ordered(grant, payee=payee)

    _name, content = payment_file(town, [payment], number=3, execute_on=DAY, at=AT)

    assert read_list(content)[1][3] == cell


def test_payment_file_of_a_town_with_the_sepa_channel_is_a_sepa_file(grant, town):
    town.payment_channel = "sepa"
    payment = make_ordered(grant)

    name, content = payment_file(town, [payment], number=3, execute_on=date(2026, 3, 12), at=AT)

    assert name == "zahlungslauf-0003-2026-03-12.xml"
    assert b"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09" in content


def test_payment_order_read_aloud_names_money_ground_and_confirmations(grant):
    payment = make_ordered(grant)

    with translation.override("en"):
        spoken = outline(payment_order_pdf(payment))

    assert [(role, text.replace("\u00a0", " ")) for role, text in spoken] == [
        ("P", "Kreisstadt Unna · Fachbereich Wohnen, Soziales und Senioren"),
        ("H1", "Auszahlungsanordnung FT-2025-0002-1"),
        ("P", "Kinderzeit Unna e.V.: Spielkoffer"),
        ("H2", "Zahlung"),
        ("TH", "Betrag"),
        ("TD", "2.605,00 € (in Worten: zweitausendsechshundertfünf Euro)"),
        ("TH", "Empfänger"),
        ("TD", "Kinderzeit Unna e.V."),
        ("TH", "Kontoinhaber"),
        ("TD", "Kinderzeit Unna e.V."),
        ("TH", "IBAN"),
        ("TD", "DE89 3704 0044 0532 0130 00"),
        ("TH", "Verwendungszweck"),
        ("TD", "Zuwendung FT-2025-0002 Abruf 1 Kreisstadt Unna"),
        ("TH", "Fällig am"),
        ("TD", "10. März 2026"),
        ("H2", "Grund und Buchung"),
        ("TH", "Dienststelle"),
        ("TD", "Fachbereich Wohnen, Soziales und Senioren"),
        ("TH", "Aktenzeichen"),
        ("TD", "FT-2025-0002"),
        ("TH", "Referenz"),
        ("TD", "FT-2025-0002-1"),
        ("TH", "Vorhaben"),
        ("TD", "Spielkoffer"),
        ("TH", "Grund"),
        ("TD", "Zuwendungsbescheid FT-2025-0002 vom 02.02.2026, 1. Auszahlung"),
        ("TH", "Haushaltsjahr"),
        ("TD", "2026"),
        ("TH", "Zahlungsweg"),
        ("TD", "Liste für das Finanzverfahren"),
        ("P", "Produkt, Sachkonto, Kostenstelle und Kreditor trägt die Finanzbuchhaltung ein."),
        ("H2", "Bestätigungen"),
        ("TH", "Angefordert"),
        ("TD", "Miriam Okafor, 1. März 2026, 09:00 Uhr"),
        ("TH", "Sachlich und rechnerisch richtig"),
        ("TD", "Ute Ebers, 2. März 2026, 09:05 Uhr"),
        ("TH", "Zahlung angeordnet"),
        ("TD", "Ralf Simon, 3. März 2026, 16:40 Uhr"),
        (
            "P",
            "Wer bestätigt, dass Grund und Betrag richtig sind, ordnet die Zahlung nicht an. Empfänger, Konto und "
            "Betrag wurden nach der Anforderung nicht geändert.",
        ),
    ]


def test_payment_order_before_its_confirmations_says_that_they_are_missing(grant):
    payment = factories.make_payment(grant)

    spoken = outline(payment_order_pdf(payment))

    assert [text for role, text in spoken if role == "TD"][-3:] == [
        "durch die Plattform, 1. März 2026, 09:00 Uhr",
        "noch nicht",
        "noch nicht",
    ]
