"""What the decision letters say, word for word, and that none leaves incomplete."""

from datetime import date, datetime

import pytest
from django.utils import translation

from applications.models import Letter
from funding.clock import BERLIN
from funding.gate import Refused
from funding.pdf import Bullets, Column, Facts, Grid, Heading, Signature, Strong, Text
from review.documents import award_blocks, decision_letter, rejection_blocks
from review.documents.letters import award_parts, mandatory, rejection_parts
from tests import factories
from tests.pdf_structure import outline

pytestmark = pytest.mark.django_db

DAY, DUE = date(2026, 2, 2), date(2027, 2, 1)
REASONS = "Das Fest überzeugt uns.\nDer Faltplan liegt in zwei Sprachen schon vor."


@pytest.fixture
def town():
    return factories.make_town()


@pytest.fixture
def decider(town):
    return factories.make_user(town, "decider", name="Sabine Köster")


@pytest.fixture
def group_case(town):
    """An application of an unregistered group, with its officer."""
    officer = factories.make_user(town, "officer", name="Nadja Berger")
    return factories.make_application(
        factories.make_programme(town),
        factories.make_group(town),
        state="recommended",
        file_number="FT-2025-0001",
        assigned_to=officer,
    )


@pytest.fixture
def association_case(town):
    return factories.make_application(
        factories.make_programme(town),
        factories.make_organisation(town),
        plan=factories.CHILDCARE,
        state="recommended",
        file_number="FT-2025-0002",
        title="Spielkoffer",
        district="Unna-Mitte",
        summary="Eine Erzieherin spielt mit den Kindern.",
    )


def make_partial(application, decider, **fields):
    values = {
        "amount_cents": 1_200_00,
        "reasons": REASONS,
        "conditions": ["Die Haftpflicht ist abgeschlossen."],
        "obligations": ["Nennen Sie die Kreisstadt im Faltplan.", "Laden Sie uns zum Fest ein."],
    }
    return factories.make_decision(application, decider, **values | fields)


def make_rejection(application, decider, **fields):
    values = {"kind": "reject", "amount_cents": 0, "reasons": "Für die Kurse gibt es schon eine Betreuung."}
    return factories.make_decision(application, decider, **values | fields)


def test_partial_award_to_an_unregistered_group_says_exactly_this(group_case, decider):
    decision = make_partial(group_case, decider)

    blocks = award_blocks(decision, proof_due_on=DUE, by=decider)

    assert blocks == [
        Text("Guten Tag Leyla Aydın und Jonas Brink,"),
        Text("gute Nachricht: Wir fördern Ihr Projekt. Dieser Bescheid sagt, womit Sie rechnen können."),
        Text(
            "Grundlage dieses Bescheids sind die Richtlinie „Förderrichtlinien zur Projektförderung, Rat der "
            "Kreisstadt Unna, 2020“ und Ihr Antrag vom 15. Dezember 2025."
        ),
        Heading("1 Zuwendung"),
        Text("Wir bewilligen Ihnen als nicht rückzahlbaren Zuschuss:"),
        Facts(
            [
                ("Betrag", (Strong("1.200,00\u00a0€"), " (in Worten: eintausendzweihundert Euro)")),
                ("Zweck", "Durchführung des Projekts, das unter 2 beschrieben ist"),
                ("Bewilligungszeitraum", "11. April 2026 bis 31. Oktober 2026"),
            ]
        ),
        Text("Die Zuwendung darf nur für diesen Zweck und für Ausgaben in diesem Zeitraum verwendet werden."),
        Text("Soweit Sie mehr beantragt haben (398,90\u00a0€), lehnen wir den Antrag ab."),
        Heading("2 Maßnahme"),
        Facts(
            [
                ("Projekt", "Angekommen in Königsborn: Stadtteilführungen von Neuen für Neue"),
                ("Ort", "Königsborn, Unna"),
                ("Inhalt", "Acht Menschen zeigen Neuzugezogenen ihr Viertel. Zwölf Führungen in fünf Sprachen."),
            ]
        ),
        Text("Maßgeblich ist Ihr Antrag mit Kosten- und Finanzierungsplan. Er ist Bestandteil dieses Bescheids."),
        Heading("Wer haftet", level=3),
        Text(
            "Initiative Wegweiser Königsborn ist keine eingetragene Organisation. Dieser Bescheid richtet sich deshalb "
            "an Leyla Aydın und Jonas Brink. Diese Personen haften als Gesamtschuldner (§ 421 BGB): Eine Erstattung "
            "kann von jeder von ihnen ganz oder teilweise verlangt werden, insgesamt aber nur einmal."
        ),
        Heading("3 Art und Höhe der Förderung"),
        Text(
            "Projektförderung als Fehlbedarfsfinanzierung: Die Zuwendung deckt, was nach Abzug Ihrer anderen Mittel "
            "offen bleibt, höchstens jedoch 1.200,00\u00a0€."
        ),
        Text(
            "Dieser Betrag erhöht sich nicht, auch wenn das Projekt teurer wird als geplant. "
            "Eine Nachbewilligung ist ausgeschlossen."
        ),
        Heading("4 So haben wir den Betrag ermittelt"),
        Text("Ihr Kostenplan nach Ausgabearten:"),
        Grid(
            [
                Column("Ausgabeart", 3),
                Column("Geplant", 1.3, numeric=True),
                Column("Anrechenbar", 1.2, numeric=True),
                Column("Zuwendungsfähig", 1.5, numeric=True),
            ],
            [
                ("Ehrenamtliche Aufwandsentschädigungen", "600,00\u00a0€", "100 %", "600,00\u00a0€"),
                ("Material", "620,00\u00a0€", "100 %", "620,00\u00a0€"),
                ("Unterkunft / Verpflegung", "360,00\u00a0€", "100 %", "360,00\u00a0€"),
                ("Versicherungen", "118,90\u00a0€", "100 %", "118,90\u00a0€"),
                ("Summe", "1.698,90\u00a0€", "", "1.698,90\u00a0€"),
            ],
            row_headers=True,
            total=True,
        ),
        Text("So wird das Projekt finanziert:"),
        Grid(
            [Column("Mittel", 3), Column("Betrag", 1.3, numeric=True)],
            [
                ("Einnahmen", "100,00\u00a0€"),
                ("Zuwendung", "1.200,00\u00a0€"),
                ("noch nicht gedeckt", "398,90\u00a0€"),
                ("Summe", "1.698,90\u00a0€"),
            ],
            row_headers=True,
            total=True,
        ),
        Text("Die Zuwendung kann höchstens so hoch sein wie der kleinste dieser Beträge:"),
        Bullets(
            [
                "5.000,00\u00a0€: Höchstbetrag je Projekt nach der Richtlinie",
                "1.698,90\u00a0€: zuwendungsfähige Ausgaben",
                "1.598,90\u00a0€: Ausgaben, die nach Abzug Ihrer anderen Mittel offen bleiben",
            ]
        ),
        Text("Beantragt haben Sie 1.598,90\u00a0€, bewilligt sind 1.200,00\u00a0€."),
        Text(
            "Damit sind 398,90\u00a0€ noch nicht gedeckt. Bitte sparen Sie diesen Betrag ein oder decken Sie ihn mit "
            "eigenen oder weiteren Mitteln."
        ),
        Heading("5 Auszahlung"),
        Text(
            "Bitte nehmen Sie die Zuwendung zuerst an. Sie rufen das Geld ab, auf einmal oder in Teilen. Rufen Sie nur "
            "so viel ab, wie Sie innerhalb von zwei Monaten nach der Auszahlung für fällige Zahlungen brauchen."
        ),
        Text(
            "Wir zahlen, wenn dieser Bescheid bestandskräftig ist, also nach Ablauf der Rechtsbehelfsfrist. Früher "
            "geht es, wenn Sie auf den Rechtsbehelf verzichten. Diesen Verzicht erklären Sie getrennt von der Annahme. "
            "Er ist freiwillig und lässt sich nicht zurücknehmen."
        ),
        Text("Wir zahlen auf das Konto aus Ihrem Antrag: Kontoinhaber*in Leyla Aydın, IBAN mit der Endung 2051."),
        Heading("6 Verwendungsnachweis"),
        Text(("Bitte weisen Sie uns bis zum ", Strong("1. Februar 2027"), " nach, was Sie mit dem Geld getan haben:")),
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
        Heading("7 Nebenbestimmungen"),
        Heading("Bedingungen", level=3),
        Text(
            "Die Bewilligung steht unter einer auflösenden Bedingung (§ 36 Abs. 2 Nr. 2 VwVfG NRW). Tritt sie ein, "
            "gilt die Bewilligung ohne weiteren Bescheid nur noch in der verminderten Höhe:"
        ),
        Bullets(
            [
                "Sinken die zuwendungsfähigen Ausgaben gegenüber dem Plan oder steigt die Deckung durch Eigenmittel, "
                "Mittel Dritter und Einnahmen, und zwar eines von beiden um mehr als 500,00\u00a0€, dann beträgt die "
                "Zuwendung nur noch: tatsächliche Ausgaben minus geplante Eigenmittel minus tatsächliche Mittel "
                "Dritter minus tatsächliche Einnahmen. Sie steigt dadurch nie über den bewilligten Betrag.",
                "In jedem Fall ist die Zuwendung höchstens so hoch wie der kleinste dieser Beträge: 1.200,00\u00a0€; "
                "die tatsächlichen zuwendungsfähigen Ausgaben; die tatsächlichen Ausgaben minus Mittel Dritter und "
                "Einnahmen. Das gilt auch für kleine Änderungen.",
            ],
            numbered=True,
        ),
        Text("Außerdem gilt als Bedingung:"),
        Bullets(["Die Haftpflicht ist abgeschlossen."]),
        Heading("Auflagen", level=3),
        Text("Diese Pflichten gelten als Auflagen (§ 36 Abs. 2 Nr. 4 VwVfG NRW):"),
        Bullets(
            [
                "Verwenden Sie das Geld wirtschaftlich und sparsam und nur für den genannten Zweck.",
                "Der Plan ist in seiner Summe verbindlich. Eine Ausgabeart darf um bis zu 20 % steigen, wenn Sie das "
                "bei anderen einsparen. Für mehr, für neue Ausgabearten und für andere Termine brauchen Sie vorher "
                "unsere Zustimmung.",
                "Sagen Sie uns sofort Bescheid, wenn Sie weitere Mittel bekommen, wenn sich Ausgaben oder Termine "
                "wesentlich ändern oder wenn das Projekt nicht stattfindet.",
                "Legen Sie den Verwendungsnachweis bis zum 1. Februar 2027 vor.",
                "Bewahren Sie die Belege fünf Jahre auf und zeigen Sie sie uns und der Rechnungsprüfung auf Verlangen.",
            ],
            numbered=True,
        ),
        Text("Außerdem gelten als Auflagen:"),
        Bullets(["Nennen Sie die Kreisstadt im Faltplan.", "Laden Sie uns zum Fest ein."]),
        Text(
            "Wird das Geld nicht für seinen Zweck verwendet oder eine Auflage nicht erfüllt, können wir den Bescheid "
            "widerrufen (§ 49 Abs. 3 VwVfG NRW). Dann ist das Geld zu erstatten und zu verzinsen (§ 49a VwVfG NRW)."
        ),
        Heading("Begründung"),
        Text(
            "Wir entscheiden nach pflichtgemäßem Ermessen (§ 40 VwVfG NRW) und im Rahmen der verfügbaren Mittel nach "
            "den veröffentlichten Kriterien:"
        ),
        Bullets(
            ["Das Projekt bringt Menschen zusammen.", "Viele machen mit.", "Etwas bleibt, wenn das Projekt endet."]
        ),
        Text("Deshalb bewilligen wir weniger, als Sie beantragt haben:"),
        Text("Das Fest überzeugt uns."),
        Text("Der Faltplan liegt in zwei Sprachen schon vor."),
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


def test_rejection_says_exactly_this(association_case, decider):
    decision = make_rejection(association_case, decider)

    blocks = rejection_blocks(decision, by=decider)

    assert blocks == [
        Text("Guten Tag,"),
        Text(
            "vielen Dank für Ihren Antrag und für die Arbeit, die darin steckt. "
            "Leider können wir Ihr Projekt diesmal nicht fördern."
        ),
        Text(
            "Grundlage dieses Bescheids sind die Richtlinie „Förderrichtlinien zur Projektförderung, Rat der "
            "Kreisstadt Unna, 2020“ und Ihr Antrag vom 15. Dezember 2025."
        ),
        Heading("Entscheidung"),
        Text("Ihren Antrag auf eine Zuwendung von 2.605,00\u00a0€ für das Projekt „Spielkoffer“ lehnen wir ab."),
        Heading("Begründung"),
        Text(
            "Wir entscheiden nach pflichtgemäßem Ermessen (§ 40 VwVfG NRW) und im Rahmen der verfügbaren Mittel nach "
            "den veröffentlichten Kriterien:"
        ),
        Bullets(
            ["Das Projekt bringt Menschen zusammen.", "Viele machen mit.", "Etwas bleibt, wenn das Projekt endet."]
        ),
        Text("Für Ihren Antrag heißt das:"),
        Text("Für die Kurse gibt es schon eine Betreuung."),
        Heading("Wie es weitergehen kann"),
        Text("Sie können Ihren Antrag überarbeiten und neu stellen."),
        Text(
            "Sie erreichen uns so: Telefon 02303 103-0 und integration@unna.example. Die Frist für einen Rechtsbehelf "
            "läuft währenddessen weiter."
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


def test_full_award_has_neither_reasons_nor_open_cost(association_case, decider):
    decision = factories.make_decision(association_case, decider)

    parts = award_parts(decision, proof_due_on=DUE, by=decider)

    assert [name for name, blocks in parts.items() if not blocks] == ["joint-liability", "reasons"]
    assert parts["calculation"][2] == Grid(
        [
            Column("Ausgabeart", 3),
            Column("Geplant", 1.3, numeric=True),
            Column("Anrechenbar", 1.2, numeric=True),
            Column("Zuwendungsfähig", 1.5, numeric=True),
        ],
        [
            ("Personalkosten", "3.416,00\u00a0€", "50 %", "1.708,00\u00a0€"),
            ("Fahrtkosten", "252,00\u00a0€", "100 %", "252,00\u00a0€"),
            ("Material", "480,00\u00a0€", "100 %", "480,00\u00a0€"),
            ("Versicherungen", "165,00\u00a0€", "100 %", "165,00\u00a0€"),
            ("Summe", "4.313,00\u00a0€", "", "2.605,00\u00a0€"),
        ],
        row_headers=True,
        total=True,
    )
    assert parts["calculation"][-1] == Text("Beantragt haben Sie 2.605,00\u00a0€, bewilligt sind 2.605,00\u00a0€.")


def test_award_to_who_gets_input_tax_back_counts_net_and_says_so(association_case, decider):
    association_case.costs.filter(category__slug="material").update(tax_percent=19, deductible_cents=76_64)
    decision = factories.make_decision(association_case, decider)

    calculation = award_parts(decision, proof_due_on=DUE, by=decider)["calculation"]

    assert calculation[2].rows[2:] == [
        ("Material", "403,36\u00a0€", "100 %", "403,36\u00a0€"),
        ("Versicherungen", "165,00\u00a0€", "100 %", "165,00\u00a0€"),
        ("Summe", "4.236,36\u00a0€", "", "2.528,36\u00a0€"),
    ]
    assert calculation[3] == Text(
        "Sie können Vorsteuer abziehen. Deshalb zählen Ihre Ausgaben ohne diese Steuer: 4.313,00\u00a0€ brutto, davon "
        "76,64\u00a0€ Vorsteuer, also 4.236,36\u00a0€ netto."
    )


@pytest.mark.parametrize(
    ("financing", "conditions"),
    [
        (
            "share",
            [
                "Sinken die zuwendungsfähigen Ausgaben gegenüber dem Plan oder steigt die Deckung durch Eigenmittel, "
                "Mittel Dritter und Einnahmen, und zwar eines von beiden um mehr als 500,00\u00a0€, dann beträgt die "
                "Zuwendung nur noch den Anteil, in dem 2.605,00\u00a0€ zu 2.605,00\u00a0€ stehen, und zwar von den "
                "tatsächlichen zuwendungsfähigen Ausgaben abzüglich der zusätzlichen Deckung. Sie steigt dadurch nie "
                "über den bewilligten Betrag."
            ],
        ),
        ("fixed", []),
        (
            "full",
            [
                "Sinken die zuwendungsfähigen Ausgaben oder steigt die Deckung durch andere Mittel, dann beträgt die "
                "Zuwendung nur noch: tatsächliche zuwendungsfähige Ausgaben minus alle anderen tatsächlichen Mittel. "
                "Das gilt auch für kleine Änderungen."
            ],
        ),
    ],
)
def test_condition_of_each_type_of_financing_is_its_own(association_case, decider, financing, conditions):
    association_case.programme.financing = financing
    decision = factories.make_decision(association_case, decider)

    part = award_parts(decision, proof_due_on=DUE, by=decider)["conditions"]

    assert part[-1].items[:-1] == conditions


def test_payment_in_one_sum_excludes_the_rule_of_two_months(association_case, decider):
    association_case.programme.payment_mode = "when-binding"
    decision = factories.make_decision(association_case, decider)

    part = award_parts(decision, proof_due_on=DUE, by=decider)["payment"]

    assert part[1] == Text(
        "Bitte nehmen Sie die Zuwendung zuerst an. Sie erhalten das Geld in einer Summe. Die Regel, dass Geld "
        "innerhalb von zwei Monaten verbraucht sein muss, gilt für Sie nicht."
    )


def test_group_with_one_representative_names_who_answers_alone(group_case, decider):
    group_case.organisation.representatives = ["Leyla Aydın"]
    decision = make_partial(group_case, decider)

    part = award_parts(decision, proof_due_on=DUE, by=decider)["joint-liability"]

    assert part[1] == Text(
        "Initiative Wegweiser Königsborn ist keine eingetragene Organisation. Dieser Bescheid richtet sich deshalb an "
        "Leyla Aydın. Leyla Aydın haftet persönlich dafür, dass das Geld richtig verwendet und, wenn nötig, erstattet "
        "wird."
    )


def test_changed_application_is_cited_with_the_day_of_its_last_version(group_case, decider):
    factories.make_submission(group_case, submitted_at=datetime(2026, 1, 7, 23, 30, tzinfo=BERLIN))
    decision = make_partial(group_case, decider)

    part = award_parts(decision, proof_due_on=DUE, by=decider)["basis"]

    assert part == [
        Text(
            "Grundlage dieses Bescheids sind die Richtlinie „Förderrichtlinien zur Projektförderung, Rat der "
            "Kreisstadt Unna, 2020“ und Ihr Antrag vom 15. Dezember 2025 in der Fassung vom 7. Januar 2026."
        )
    ]


def test_letter_of_a_town_in_another_land_cites_its_act_and_its_remedy(association_case, decider):
    town = association_case.municipality
    town.state, town.remedy = "BW", "objection"
    town.court, town.court_address = "Stadt Plochingen", "Schulstraße 7, 73207 Plochingen"
    decision = make_rejection(association_case, decider)

    parts = rejection_parts(decision, by=decider)

    assert parts["remedy"][1] == Text(
        "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch bei folgender Behörde erhoben "
        "werden: Stadt Plochingen, Schulstraße 7, 73207 Plochingen."
    )
    assert parts["reasons"][1] == Text(
        "Wir entscheiden nach pflichtgemäßem Ermessen (§ 40 LVwVfG) und im Rahmen der verfügbaren Mittel nach den "
        "veröffentlichten Kriterien:"
    )


def test_letter_is_german_whatever_language_is_active(group_case, decider):
    decision = make_partial(group_case, decider)
    german = decision_letter(decision, day=DAY, proof_due_on=DUE, by=decider)

    with translation.override("en"):
        english = decision_letter(decision, day=DAY, proof_due_on=DUE, by=decider)

    assert english == german


def test_award_letter_read_aloud_begins_with_the_sheet_and_ends_with_the_name(group_case, decider):
    decision = make_partial(group_case, decider)

    kind, title, pdf = decision_letter(decision, day=DAY, proof_due_on=DUE, by=decider)

    spoken = outline(pdf)
    assert (kind, title) == (Letter.Kind.AWARD, "Zuwendungsbescheid FT-2025-0001")
    assert spoken[:11] == [
        ("P", "Kreisstadt Unna"),
        ("P", "Fachbereich Wohnen, Soziales und Senioren"),
        ("P", "Rathausplatz 1 · 59423 Unna · Telefon 02303 103-0 · integration@unna.example"),
        ("P", "Initiative Wegweiser Königsborn Leyla Aydın Jonas Brink Berliner Allee 28 59425 Unna"),
        ("P", "Aktenzeichen FT-2025-0001"),
        ("P", "Ihr Antrag vom 15. Dezember 2025"),
        ("P", "Auskunft Nadja Berger"),
        ("P", "Telefon 02303 103-0"),
        ("P", "E-Mail integration@unna.example"),
        ("P", "Datum 2. Februar 2026"),
        (
            "H1",
            "Zuwendungsbescheid für Ihr Projekt „Angekommen in Königsborn: Stadtteilführungen von Neuen für Neue“",
        ),
    ]
    assert ("TD", "1.200,00 € (in Worten: eintausendzweihundert Euro)") in [
        (role, text.replace("\u00a0", " ")) for role, text in spoken
    ]
    begin = spoken.index(("H2", "Rechtsbehelfsbelehrung"))
    assert spoken[begin : begin + 5] == [
        ("H2", "Rechtsbehelfsbelehrung"),
        (
            "P",
            "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Klage beim Verwaltungsgericht "
            "Gelsenkirchen, Bahnhofsvorplatz 3, 45879 Gelsenkirchen, erhoben werden.",
        ),
        ("P", "Mit freundlichen Grüßen"),
        ("P", "Sabine Köster"),
        ("P", "Entscheidungsbefugt · Fachbereich Wohnen, Soziales und Senioren"),
    ]


def test_rejection_letter_is_of_its_kind_with_its_title(association_case, decider):
    decision = make_rejection(association_case, decider)

    kind, title, _pdf = decision_letter(decision, day=DAY, proof_due_on=DUE, by=decider)

    assert (kind, title) == (Letter.Kind.REJECTION, "Ablehnungsbescheid FT-2025-0002")


@pytest.mark.parametrize(
    ("owner", "field", "value", "part"),
    [
        ("municipality", "street", "", "the town with its office and address"),
        ("municipality", "court", "", "the court or authority of the remedy, with its address"),
        ("municipality", "court_address", "", "the court or authority of the remedy, with its address"),
        ("organisation", "street", "", "the recipient with the address"),
        ("organisation", "representatives", [], "the recipient with the address, the persons who answer for the group"),
        ("organisation", "iban", "", "how the money is paid"),
        ("programme", "basis", "", "the guideline and the day of the application"),
        ("programme", "financing", "other", "the type of financing"),
        ("application", "received_on", None, "the guideline and the day of the application"),
        ("application", "end", None, "amount, purpose and period of the grant"),
        ("application", "file_number", "", "the file number"),
        ("decision", "reasons", " ", "the reasons"),
        ("decider", "name", "", "the name of the person who decided"),
    ],
)
def test_award_letter_without_a_mandatory_part_is_refused_by_its_name(group_case, decider, owner, field, value, part):
    decision = make_partial(group_case, decider)
    owners = {"decision": decision, "decider": decider, "application": group_case}
    setattr(owners.get(owner) or getattr(group_case, owner), field, value)

    with translation.override("en"), pytest.raises(Refused) as refused:
        decision_letter(decision, day=DAY, proof_due_on=DUE, by=decider)

    assert str(refused.value) == f"The letter is not complete. Missing: {part}."


def test_rejection_letter_without_reasons_is_refused(association_case, decider):
    decision = make_rejection(association_case, decider, reasons="")

    with translation.override("en"), pytest.raises(Refused) as refused:
        decision_letter(decision, day=DAY, proof_due_on=DUE, by=decider)

    assert str(refused.value) == "The letter is not complete. Missing: the reasons."


def test_award_letter_without_any_one_of_its_parts_is_refused(group_case, decider):
    from applications.documents import case_letter

    decision = make_partial(group_case, decider)
    parts = award_parts(decision, proof_due_on=DUE, by=decider)
    names = mandatory(decision)

    for name in names:
        rest = {key: blocks for key, blocks in parts.items() if key != name}
        with pytest.raises(Refused):
            case_letter(group_case, rest, names, subject="S", title="T", day=DAY)

    assert set(parts) - set(names) == {"opening"}


def test_strange_characters_reach_the_letter_as_they_are(group_case, decider):
    title = "<b>Rot & Blau</b> 😀 جمعية الصداقة " + "x" * 160
    group_case.title = title
    group_case.organisation.name = "<i>Grün & Gelb</i> 🎉"
    decision = make_partial(group_case, decider)

    _kind, _title, pdf = decision_letter(decision, day=DAY, proof_due_on=DUE, by=decider)

    spoken = dict(outline(pdf)[::-1])
    assert spoken["H1"] == f"Zuwendungsbescheid für Ihr Projekt „{title}“"
    assert outline(pdf)[3] == ("P", "<i>Grün & Gelb</i> 🎉 Leyla Aydın Jonas Brink Berliner Allee 28 59425 Unna")
