"""What the receipt says: everything that was sent, from the snapshot, in the reader's language."""

from datetime import date, datetime

import pytest
from django.utils import translation

from applications.documents import receipt_pdf
from applications.documents.receipt import ORGANISATION, PROJECT, receipt_blocks
from funding.clock import BERLIN
from funding.pdf import Bullets, Column, Facts, Grid, Heading, Strong, Text
from tests import factories
from tests.pdf_structure import outline
from tests.verapdf import conformance_errors

pytestmark = pytest.mark.django_db

# What the snapshot holds beyond the answers: keys, places in the town's work, what stands elsewhere in the receipt.
INTERNAL = {
    "application": {
        "id",
        "municipality_id",
        "programme_id",
        "round_id",
        "organisation_id",
        "created_by_id",
        "assigned_to_id",
        "checked_by_id",
        "state",
        "paper",
        "assisted",
        "short",
        "demo",
        "year",
        "answer_by",
        "language",
        "early_start",
    },
    "organisation": {"id", "municipality_id", "demo"},
}
ELSEWHERE = {"file_number", "received_on", "promised_on", "declared", "attachments_later", "german"}


@pytest.fixture
def submission():
    town = factories.make_town()
    application = factories.make_application(
        factories.make_programme(town),
        factories.make_group(town),
        state="submitted",
        file_number="FT-2025-0001",
        life_phases=["Eintritt in die Grundschule", "Übergang in den Ruhestand"],
    )
    return application.submissions.get()


def test_receipt_in_english_says_exactly_this(submission):
    with translation.override("en"):
        blocks = receipt_blocks(submission)

    assert blocks == [
        Text("We have received your application. Please keep the file number for every question."),
        Facts(
            [
                ("File number", Strong("FT-2025-0001")),
                ("Received on", "Dec. 15, 2025"),
                ("Sent on", "Dec. 15, 2025"),
                ("Answer promised by", "Feb. 23, 2026"),
            ]
        ),
        Text("We check it, then the board looks at it. Below is a copy of everything you sent."),
        Heading("Who you are"),
        Facts(
            [
                ("Name", "Initiative Wegweiser Königsborn"),
                ("Kind of group", "Group that is no association"),
                ("Represented by", "Leyla Aydın, Jonas Brink"),
                ("Street", "Berliner Allee 28"),
                ("Postal code", "59425"),
                ("Town", "Unna"),
                ("Mail", "wegweiser@koenigsborn.example"),
                ("Phone", "–"),
                ("Recognised as charitable", "No"),
                ("Recognised until", "–"),
                ("Gets input tax back", "No"),
                ("De-minimis aid in three years", "–"),
                ("IBAN", "DE02 1203 0000 0000 2020 51"),
                ("Account holder", "Leyla Aydın"),
            ]
        ),
        Heading("Your project"),
        Facts(
            [
                ("Name of the project", "Angekommen in Königsborn: Stadtteilführungen von Neuen für Neue"),
                ("In short", "Acht Menschen zeigen Neuzugezogenen ihr Viertel. Zwölf Führungen in fünf Sprachen."),
                ("Why it is needed", "–"),
                ("Goals", "–"),
                ("What remains afterwards", "–"),
                ("Main field", "Freizeit / Kultur / Sport / Soziale Netzwerke"),
                ("Other fields", "–"),
                ("Phases of life", "Eintritt in die Grundschule, Übergang in den Ruhestand"),
                ("Begins", "April 11, 2026"),
                ("Ends", "Oct. 31, 2026"),
                ("Place", "–"),
                ("District", "Königsborn"),
                ("For whom", "–"),
                ("Participants, about", "180"),
                ("Volunteers, about", "8"),
                ("Partners", "–"),
                ("Open to everybody", "Yes"),
                ("Accessibility", "–"),
            ]
        ),
        Heading("What it costs"),
        Grid(
            [
                Column("What for", 3),
                Column("Kind of cost", 2),
                Column("Quantity × price", 1.6, numeric=True),
                Column("Amount", 1.2, numeric=True),
            ],
            [
                (
                    "Aufwandsentschädigung, 12 Führungen × 2 Personen",
                    "Ehrenamtliche Aufwandsentschädigungen",
                    "24 × €25.00",
                    "€600.00",
                ),
                ("Faltplan in fünf Sprachen, 1.000 Stück", "Material", "1000 × €0.62", "€620.00"),
                ("Abschlussfest, 80 Gäste", "Unterkunft / Verpflegung", "80 × €4.50", "€360.00"),
                ("Veranstalterhaftpflicht", "Versicherungen", "1 × €118.90", "€118.90"),
                ("Total", "", "", "€1,698.90"),
            ],
            row_headers=True,
            total=True,
        ),
        Text("Where the money comes from:"),
        Grid(
            [Column("Money", 3), Column("State", 2), Column("Amount", 1.2, numeric=True)],
            [
                ("Income: Kuchenverkauf", "–", "€100.00"),
                ("Grant asked for", "–", "€1,598.90"),
                ("Total", "", "€1,698.90"),
            ],
            row_headers=True,
            total=True,
        ),
        Heading("What you confirmed"),
        Bullets(
            [
                "We have not begun, and we do not begin before we have the decision. Ordering something or signing a "
                "contract is beginning; planning and asking for prices is not.",
                "What stands here is true and complete.",
                "I may send this application for us.",
                "All other money for this project stands in the plan, also what is only asked for. If more comes, we "
                "tell you.",
                "I have read how the town uses our data (link “Privacy” at the end of every page).",
                "All of us who are named as signing are 18 or older. We know that letters go to each of us and that "
                "each of us may be asked to pay back all of the money.",
            ]
        ),
    ]


@pytest.mark.parametrize(("part", "shown"), [("application", PROJECT), ("organisation", ORGANISATION)])
def test_receipt_shows_every_answer_of_the_snapshot(submission, part, shown):
    assert set(submission.snapshot[part]) - ELSEWHERE == set(shown) | INTERNAL[part]


def test_receipt_shows_what_was_sent_when_the_application_has_changed_since(submission):
    application = submission.application
    before = receipt_pdf(submission)
    application.title, application.file_number = "Etwas anderes", "FT-2026-0099"
    application.save()
    application.costs.all().delete()
    submission.refresh_from_db()

    assert receipt_pdf(submission) == before


def test_receipt_of_the_same_submission_has_the_same_bytes_in_one_language(submission):
    with translation.override("de"):
        first, second = receipt_pdf(submission), receipt_pdf(submission)
    with translation.override("en"):
        english = receipt_pdf(submission)

    assert first == second
    assert first != english


def test_receipt_sent_at_night_bears_the_german_day(submission):
    submission.submitted_at = datetime(2025, 12, 31, 23, 30, tzinfo=BERLIN)

    with translation.override("en"):
        facts = receipt_blocks(submission)[1]

    assert facts.pairs[2] == ("Sent on", "Dec. 31, 2025")


def test_receipt_of_a_paper_application_says_where_it_was_signed():
    town = factories.make_town()
    application = factories.make_application(
        factories.make_programme(town), factories.make_organisation(town), state="submitted", paper=True, declared={}
    )

    with translation.override("en"):
        blocks = receipt_blocks(application.submissions.get())

    assert blocks[-1] == Text("The application came in on paper. It was signed there.")


def test_receipt_of_an_incomplete_application_leaves_gaps_open():
    town = factories.make_town()
    application = factories.make_application(
        factories.make_programme(town),
        factories.make_organisation(town, legal_form="", iban="", representatives=[]),
        plan=((), ()),
        state="incomplete",
        start=None,
        end=None,
        promised_on=None,
    )

    with translation.override("en"):
        blocks = receipt_blocks(application.submissions.get())

    assert [pair[0] for pair in blocks[1].pairs] == ["File number", "Received on", "Sent on"]
    assert [pair for pair in blocks[4].pairs if pair[1] == "–"] == [
        ("Kind of group", "–"),
        ("Represented by", "–"),
        ("Phone", "–"),
        ("Recognised until", "–"),
        ("De-minimis aid in three years", "–"),
        ("IBAN", "–"),
    ]


def test_receipt_keeps_strange_characters():
    town = factories.make_town()
    title = "<b>Rot & Blau</b> 😀 جمعية الصداقة " + "x" * 160
    application = factories.make_application(
        factories.make_programme(town), factories.make_organisation(town), state="submitted", title=title
    )

    spoken = outline(receipt_pdf(application.submissions.get()))

    assert spoken[2] == ("P", title)
    assert ("TD", title) in spoken


def test_receipt_with_quarter_hours_shows_the_quantity_without_needless_zeros():
    town = factories.make_town()
    plan = ((("travel", "Bahn", "2.500", 10_00),), (("grant", "", "", 25_00),))
    application = factories.make_application(
        factories.make_programme(town),
        factories.make_organisation(town),
        plan=plan,
        state="submitted",
        start=date(2026, 5, 1),
    )
    submission = application.submissions.get()

    with translation.override("de"):
        grid = next(block for block in receipt_blocks(submission) if isinstance(block, Grid))

    assert grid.rows[0] == ("Bahn", "Fahrtkosten", "2,5 × 10,00\u00a0€", "25,00\u00a0€")


@pytest.mark.parametrize("language", ["ar", "ru", "tr", "de-simple"])
def test_receipt_in_the_language_of_its_reader_conforms_to_ua1_and_3a(submission, language):
    with translation.override(language):
        assert conformance_errors(receipt_pdf(submission)) == {"ua1": [], "3a": []}
