"""The command line: programmes and applications from files, the proof of the event log, the mark of the demo."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command, load_command_class
from django.utils import translation

from applications.models import Application, Letter, Organisation
from budgets.models import BudgetYear, PaymentRun
from funding import clock, events
from funding.events import entry_hash, head_file
from funding.gate import record, writes
from funding.models import Category, Event, EventDetails, EventHead, Municipality, Programme
from funding.policies import SYSTEM
from funding.programmes import FOLDER, parse
from funding.site.imports import SAMPLES
from funding.site.management.base import BaseCommand
from funding.toml import FileError
from tests.factories import make_application, make_letter, make_organisation, make_programme, make_town, make_user

PROGRAMMES = sorted(FOLDER.glob("*.toml"))
ROOT = Path(__file__).parent.parent.parent
COMMANDS = sorted((ROOT / "funding/site/management/commands").glob("[!_]*.py"))
APPLICATIONS = sorted(SAMPLES.glob("*.toml"))


def run(name, *args):
    out = io.StringIO()
    call_command(name, *map(str, args), stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def failing(name, *args):
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(name, *map(str, args), stdout=out, stderr=io.StringIO())
    assert out.getvalue() == ""
    return str(error.value)


@pytest.fixture
def unna(db):
    run("load_programme", FOLDER / "unna.toml")
    return Programme.objects.get()


@pytest.fixture
def write(tmp_path):
    """`write(text)`: a file with this text."""

    def make(text):
        path = tmp_path / "file.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return make


# --- Every command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (["load_programme"], "The following arguments are required: file. See: manage.py load_programme --help"),
        (
            ["import_application"],
            "The following arguments are required: file. See: manage.py import_application --help",
        ),
        (["verify_audit", "--town=x"], "Unrecognized arguments: --town=x. See: manage.py verify_audit --help"),
        (["verify_ledger", "unna"], "Unrecognized arguments: unna. See: manage.py verify_ledger --help"),
        (["load_programme", "no-such.toml"], "The file no-such.toml cannot be read: No such file or directory."),
    ],
)
def test_wrong_call_in_a_shell_exits_1_with_one_sentence(call, sentence):
    shell = {**os.environ, "DJANGO_SETTINGS_MODULE": "funding.settings"}
    done = subprocess.run([sys.executable, "manage.py", *call], cwd=ROOT, env=shell, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"CommandError: {sentence}\n")


def test_wrong_call_from_code_raises_the_same_sentence():
    assert failing("verify_audit", "extra") == "Unrecognized arguments: extra. See: manage.py verify_audit --help"


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_command_is_one_of_ours(path):
    assert isinstance(load_command_class("funding.site", path.stem), BaseCommand)


# --- load_programme ---------------------------------------------------------------------------------------------------

MISSING = ["the highest grant per project", "the budget per year", "the cost categories"]


@pytest.mark.parametrize(
    ("slug", "missing_for_round", "missing_for_letters"),
    [
        ("unna", [], []),
        ("plettenberg", MISSING, ["address of that court or authority"]),
        ("steinfurt", MISSING, ["address of that court or authority"]),
        (
            "plochingen",
            MISSING,
            [
                "office",
                "street",
                "postal code",
                "court or authority of the remedy",
                "address of that court or authority",
            ],
        ),
    ],
)
def test_programme_file_loads_and_says_what_is_missing(db, slug, missing_for_round, missing_for_letters):
    report = run("load_programme", FOLDER / f"{slug}.toml")

    assert Municipality.objects.get().slug == slug
    assert report["created"][:2] == [f"municipality.{slug}", f"programme.{Programme.objects.get().slug}"]
    assert report["changed"] == {}
    assert report["missing_for_round"] == missing_for_round
    assert report["missing_for_letters"] == missing_for_letters


def test_programme_files_are_the_four_towns():
    assert [path.stem for path in PROGRAMMES] == ["plettenberg", "plochingen", "steinfurt", "unna"]


def test_unna_is_loaded_with_amounts_shares_and_lists(unna):
    assert (unna.cap_per_project_cents, unna.budget_per_year_cents) == (5_000_00, 20_000_00)
    assert [(c.slug, str(c.eligible_share)) for c in unna.categories.all()] == [
        ("volunteer-allowance", "1.0000"),
        ("personnel", "0.5000"),
        ("travel", "1.0000"),
        ("rent", "1.0000"),
        ("accommodation-meals", "1.0000"),
        ("material", "1.0000"),
        ("insurance", "1.0000"),
        ("other", "0.0000"),
    ]
    assert unna.taxonomies["districts"] == ["Königsborn", "Unna-Mitte", "Unna-Süd", "Unna-Massen", "Landgemeinden"]


def test_unna_names_usual_costs_in_the_languages_of_its_people(unna):
    with translation.override("tr"):
        turkish = unna.usual_costs_shown()[0]
    with translation.override("fr"):
        german = unna.usual_costs_shown()[0]

    assert (turkish.category, turkish.what, german.what) == ("rent", "Salon kirası, akşam başına", "Raummiete je Abend")


def test_programme_without_usual_costs_offers_those_of_the_categories_it_has(unna):
    unna.usual_costs = []
    unna.categories.exclude(slug__in=["rent", "travel"]).delete()

    assert [cost.category for cost in unna.usual_costs_shown()] == ["rent", "travel"]


def test_category_is_a_volunteer_allowance_by_its_name_unless_the_file_says_otherwise(unna, write):
    before = [category.slug for category in unna.categories.filter(volunteer_allowance=True)]
    run("load_programme", write(UNNA.replace('slug = "travel"', 'slug = "travel"\nvolunteer_allowance = true')))

    assert before == ["volunteer-allowance"]
    assert unna.categories.filter(volunteer_allowance=True).count() == 2


@pytest.mark.parametrize("path", PROGRAMMES, ids=lambda path: path.stem)
def test_programme_file_loaded_twice_changes_nothing(db, path):
    run("load_programme", path)
    history, log = Programme.history.count(), Event.objects.count()

    report = run("load_programme", path)

    assert (report["created"], report["changed"]) == ([], {})
    assert (Programme.history.count(), Event.objects.count()) == (history, log)


def test_programme_file_with_other_values_shows_each_change(unna, write):
    text = (FOLDER / "unna.toml").read_text(encoding="utf-8")
    text = text.replace('"5000.00"', '"6000.00"').replace('eligible_share = "0.50"', 'eligible_share = "0.60"')

    report = run("load_programme", write(text.replace("Rathausplatz 1", "Rathausplatz 2")))

    assert report["created"] == []
    assert report["changed"] == {
        "municipality.street": ["Rathausplatz 1", "Rathausplatz 2"],
        "programme.cap_per_project": ["5000.00", "6000.00"],
        "categories.personnel.eligible_share": ["0.5000", "0.6000"],
    }


def test_unna_says_everything_to_the_public_in_its_five_languages(unna):
    ideas = {code: [idea.language for idea in _ideas_in(code, unna)] for code in unna.municipality.languages}

    assert ideas == {code: [code] * 8 for code in ("de", "en", "tr", "ar", "ru")}
    assert {code: sorted(unna.texts[code]) for code in unna.texts} == {
        code: ["name", "summary", "words"] for code in ("en", "tr", "ar", "ru")
    }
    lists = {category.name for category in unna.categories.all()} | {*unna.criteria}
    # A part of town keeps its name.
    lists |= {word for name, words in unna.taxonomies.items() if name != "districts" for word in words}
    assert {code: set(unna.texts[code]["words"]) for code in unna.texts} == dict.fromkeys(unna.texts, lists)


def _ideas_in(code, programme):
    with translation.override(code):
        return programme.ideas_shown()


IDEA = """
[[ideas]]
slug = "tours"
title = "Führungen"
summary = "Menschen zeigen ihr Viertel."
[[ideas.costs]]
category = "material"
what = "Plan"
quantity = "500"
unit_price = "0.62"
"""


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ('slug = "tours"', 'slug = "Two words"', "ideas[1].slug"),
        ('title = "Führungen"', 'title = "' + "x" * 201 + '"', "ideas[1].title"),
        ('title = "Führungen"', 'title = {en = "Tours"}', "ideas[1].title"),
        ('quantity = "500"', 'quantity = "many"', "ideas[1].costs[1].quantity"),
        ('unit_price = "0.62"', 'unit_price = "0,62"', "ideas[1].costs[1].unit_price"),
        ('category = "material"', 'category = "gold"', "ideas"),
        ('summary = "Menschen zeigen ihr Viertel."', "", "summary"),
        ("[[ideas]]", "[texts.deutsch]\n[[ideas]]", "texts.deutsch"),
        ("[[ideas]]", "[texts.en]\nname = 5\n[[ideas]]", "texts.en.name"),
        ("[[ideas]]", "[texts.en]\nwords = 5\n[[ideas]]", "texts.en.words"),
    ],
)
def test_programme_file_with_a_text_that_cannot_be_used_names_the_place(before, after, where):
    town = (FOLDER / "unna.toml").read_text(encoding="utf-8").partition("[texts.en]")[0]

    with pytest.raises(FileError) as refusal:
        parse((town + IDEA.replace(before, after, 1)).encode())

    assert where in str(refusal.value)


def test_idea_of_a_programme_file_may_be_german_alone():
    town = (FOLDER / "unna.toml").read_text(encoding="utf-8").partition("[texts.en]")[0]

    assert parse((town + IDEA).encode()).programme["ideas"] == [
        {
            "slug": "tours",
            "title": {"de": "Führungen"},
            "summary": {"de": "Menschen zeigen ihr Viertel."},
            "goals": {},
            "costs": [{"category": "material", "what": {"de": "Plan"}, "quantity": "500", "unit_price_cents": 62}],
        }
    ]


ATTACHMENT = """
[[attachments]]
slug = "statutes"
name = "Satzung"
mandatory = true
[[attachments]]
slug = "offer"
name = "Angebot"
"""


def test_programme_file_names_the_attachments_it_wants():
    assert parse((UNNA + ATTACHMENT).encode()).programme["attachments"] == [
        {"slug": "statutes", "name": "Satzung", "mandatory": True},
        {"slug": "offer", "name": "Angebot", "mandatory": False},
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('slug = "statutes"', 'slug = "Die Satzung"', "“Die Satzung” is no slug or stands there twice."),
        ('slug = "statutes"', 'slug = "offer"', "“offer” is no slug or stands there twice."),
        ('slug = "statutes"', "", "slug"),
        ('name = "Angebot"', "", "name"),
        ('name = "Angebot"', "name = 5", "attachments[2].name"),
        ("mandatory = true", 'mandatory = "yes"', "attachments[1].mandatory"),
        ("mandatory = true", "needed = true", "needed"),
        (
            'name = "Angebot"',
            'name = "Angebot"\nmandatory = true\n[[attachments]]\nslug = "list"\nname = "Liste"\nmandatory = true',
            "attachments: at most 2 may be mandatory.",
        ),
    ],
)
def test_programme_file_with_an_attachment_that_cannot_be_used_names_the_place(before, after, said):
    with pytest.raises(FileError) as refusal, translation.override("en"):
        parse((UNNA + ATTACHMENT.replace(before, after, 1)).encode())

    assert said in str(refusal.value)


def test_programme_file_keeps_the_prizes(db):
    run("load_programme", FOLDER / "plettenberg.toml")

    assert Programme.objects.get().prizes == [
        {
            "name": "Preis für ehrenamtliches Engagement in der Integrationsarbeit (Märkischer Kreis)",
            "endowment": "500.00",
            "nominations_close": "2025-01-31",
            "awarded_by": "Märkischer Kreis, Kommunales Integrationszentrum",
            "nominated_by": "residents of the Märkischer Kreis aged 16 and over",
        }
    ]


UNNA = (FOLDER / "unna.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[municipality]", "[municipality]\nmayor = 'x'", "Unknown key “mayor” in municipality."),
        ("[programme]", "[programme]\ncap = '1.00'", "Unknown key “cap” in programme."),
        ("[taxonomies]", "[taxonomies]\nmoods = []", "Unknown key “moods” in taxonomies."),
        ("[taxonomies]", "[colours]\n[taxonomies]", "Unknown key “colours” in the file."),
        (
            '"5000.00"',
            '"12.345"',
            "programme.cap_per_project: “12.345” is not an amount for a file.",
        ),
        (
            '"5000.00"',
            "5000",
            "programme.cap_per_project: “5000” is not an amount for a file.",
        ),
        (
            'eligible_share = "0.50"',
            'eligible_share = "1.50"',
            "categories[2].eligible_share: must be a share from “0.00” to “1.00”",
        ),
        ('state = "NW"', 'state = "XX"', "municipality.state: must be one of NW, BW"),
        ('slug = "unna"', 'slug = "people"', "“people” is the address of another page."),
        ('name = "Kreisstadt Unna"', "", "“name” is missing in municipality."),
        (
            "proof_due_months = 3",
            "proof_due_months = true",
            "programme.proof_due_months: must be a whole number from 0 to 32767",
        ),
        ('slug = "travel"', 'slug = "personnel"', "The category “personnel” stands in the file twice."),
        (
            '[[usual_costs]]\ncategory = "rent"',
            '[[usual_costs]]\ncategory = "gold"',
            "usual_costs: the programme has no category “gold”.",
        ),
        (
            'slug = "travel"',
            'slug = "travel"\nvolunteer_allowance = 1',
            "categories[3].volunteer_allowance: must be true or false",
        ),
    ],
)
def test_programme_file_that_cannot_be_used_is_refused_by_name(db, write, old, new, sentence):
    assert UNNA.count(old) >= 1

    assert failing("load_programme", write(UNNA.replace(old, new, 1))).startswith(sentence)
    assert (Municipality.objects.count(), Category.objects.count()) == (0, 0)


def test_programme_file_with_a_value_no_field_takes_loads_nothing(db, write):
    sentence = failing("load_programme", write(UNNA.replace('financing = "gap"', 'financing = "magic"')))

    assert sentence.startswith("programme.financing: ")
    assert Municipality.objects.count() == 0


def test_programme_file_without_a_category_that_plans_use_is_refused(unna, write):
    run("import_application", SAMPLES / "02-mobile-childcare.toml")
    without = UNNA.replace('[[categories]]\nslug = "travel"\nname = "Fahrtkosten"\neligible_share = "1.00"\n', "")
    without = without.replace('category = "travel"', 'category = "rent"')

    assert failing("load_programme", write(without)) == "The category “travel” cannot be left out: plans use it."
    assert Category.objects.count() == 8


def test_programme_file_with_another_share_is_refused_once_plans_were_sent_in_with_it(unna, write):
    half = UNNA.replace(
        'name = "Fahrtkosten"\neligible_share = "1.00"', 'name = "Fahrtkosten"\neligible_share = "0.50"'
    )
    run("import_application", SAMPLES / "02-mobile-childcare.toml")
    run("load_programme", write(half))  # a draft follows the file

    run("import_application", SAMPLES / "03-festival.toml", "--submit")
    other = UNNA.replace(
        'slug = "rent"\nname = "Mieten"\neligible_share = "1.00"',
        'slug = "rent"\nname = "Mieten"\neligible_share = "0.50"',
    )

    assert failing("load_programme", write(other)).startswith("The share of “rent” cannot change")
    assert Category.objects.get(slug="rent").eligible_share == 1


@pytest.mark.parametrize("name", ["load_programme", "import_application"])
def test_file_that_is_none_ends_with_a_sentence(unna, name, tmp_path, write):
    assert failing(name, tmp_path / "nothing.toml").startswith("The file ")
    assert failing(name, tmp_path).startswith("The file ")
    assert failing(name, write("this is = = no TOML")).startswith("The file is no valid TOML: ")
    (tmp_path / "latin.toml").write_bytes("titel = 'ü'".encode("latin-1"))
    assert failing(name, tmp_path / "latin.toml") == "The file is not text in UTF-8."


# --- import_application -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", APPLICATIONS, ids=lambda path: path.stem)
def test_sample_comes_out_as_it_says(unna, path):
    expected = tomllib.loads(path.read_text(encoding="utf-8"))["expected"]
    submit = expected.pop("submit")

    report = run("import_application", path, "--submit")

    assert {key: report[key] for key in expected} == expected
    assert report["submitted"] is submit
    assert report["file_number"] == ("FT-2025-0001" if submit else None)
    assert Application.objects.get().state == ("submitted" if submit else "draft")


def test_samples_are_ten():
    assert len(APPLICATIONS) == 10


def test_import_keeps_the_day_of_receipt_and_opens_the_year(unna):
    run("import_application", SAMPLES / "01-neighbourhood-tours.toml", "--submit")

    application = Application.objects.get()
    assert (application.received_on.isoformat(), application.year, application.paper) == ("2025-12-15", 2026, True)
    assert BudgetYear.objects.get().balances.free_cents == 20_000_00


def test_import_without_submit_leaves_a_draft(unna):
    report = run("import_application", SAMPLES / "01-neighbourhood-tours.toml")

    assert (report["submitted"], report["file_number"], report["problems"]) == (False, None, [])
    assert Application.objects.get().state == "draft"


def test_import_of_known_applicant_uses_its_organisation_again(unna, write):
    run("import_application", SAMPLES / "01-neighbourhood-tours.toml")
    run("import_application", SAMPLES / "01-neighbourhood-tours.toml")
    text = (SAMPLES / "01-neighbourhood-tours.toml").read_text(encoding="utf-8")
    run("import_application", write(text.replace("DE02120300000000202051", "DE89370400440532013000")))

    # Another account is another organisation: a file never changes where somebody's money goes.
    assert [o.iban for o in Organisation.objects.order_by("pk")] == ["DE02120300000000202051", "DE89370400440532013000"]


def test_the_same_file_is_entered_once_and_a_second_time_says_so(unna):
    path, said = SAMPLES / "01-neighbourhood-tours.toml", io.StringIO()
    first = run("import_application", path)

    call_command("import_application", str(path), "--submit", stdout=io.StringIO(), stderr=said)
    third = run("import_application", path, "--submit")

    assert said.getvalue() == "This application was entered before; it was not entered a second time.\n"
    assert (first["file_number"], third["file_number"]) == (None, "FT-2025-0001")
    assert {**first, "submitted": True, "file_number": "FT-2025-0001"} == third
    application = Application.objects.get()
    assert (application.state, application.costs.count(), application.submissions.count()) == ("submitted", 4, 1)


def test_another_title_day_or_an_ended_application_is_entered_anew(unna, write):
    text = (SAMPLES / "01-neighbourhood-tours.toml").read_text(encoding="utf-8")
    run("import_application", write(text))
    run("import_application", write(text.replace('title = "', 'title = "Noch einmal: ', 1)))
    run("import_application", write(text.replace("2025-12-15", "2025-12-16", 1)))
    Application.objects.filter(title__startswith="Noch").update(state="withdrawn")
    run("import_application", write(text.replace('title = "', 'title = "Noch einmal: ', 1)))

    assert Application.objects.count() == 4


def test_import_without_narrative_can_still_be_sent_in(unna, write):
    text = (SAMPLES / "01-neighbourhood-tours.toml").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("summary"))

    assert run("import_application", write(text), "--submit")["submitted"] is True


def test_import_of_a_cost_with_deductible_tax_counts_net(unna, write):
    answer = run("import_application", write(SAMPLE.replace('"0.62"', '"0.62"\ndeductible_tax = "98.99"')))

    assert (answer["total"], answer["warnings"]) == ("1599.91", [])


SAMPLE = (SAMPLES / "01-neighbourhood-tours.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('district = "K', 'colour = "red"\ndistrict = "K', "Unknown key “colour” in the file."),
        ("[applicant]", "[applicant]\nage = 3", "Unknown key “age” in applicant."),
        ('category = "material"', 'category = "gold"', "costs: the programme has no category “gold”."),
        ('district = "Königsborn"', 'district = "Dortmund"', "district: the programme has no “Dortmund”."),
        (
            'action_field = "Frei',
            'action_field = "Un',
            "action_field: the programme has no “Unzeit / Kultur / Sport / Soziale Netzwerke”.",
        ),
        ('"25.00"', '"25.005"', "costs[1]: unit_price: “25.005” is not an amount for a file."),
        ('"25.00"', "25.0", "costs[1]: unit_price: “25.0” is not an amount for a file."),
        ('quantity = "24"', "quantity = 24", "costs[1]: quantity: “24” is not a quantity for a file."),
        ('quantity = "24"', "", "“quantity” is missing in costs[1]."),
        (
            '"25.00"',
            '"25.00"\ndeductible_tax = "600.01"',
            "costs: deductible_tax is more than the whole cost.",
        ),
        (
            'kind = "income"',
            'kind = "loan"',
            "financing[1]: kind: “loan” is unknown; one of: own, third-party, income, in-kind, grant",
        ),
        ("start = 2026-04-11", 'start = "2026-04-11"', "the file: start: must be a date like 2026-03-24"),
        ("start = 2026-04-11", "start = 2026-04-11T10:00:00", "the file: start: must be a date like 2026-03-24"),
        ("start = 2026-04-11", "start = 9999-12-31", "the file: start: must lie between the years 1900 and 2199"),
        ("participants = 180", "participants = -1", "the file: participants: must be a whole number from 0 to 1000000"),
        (
            "participants = 180",
            "participants = true",
            "the file: participants: must be a whole number from 0 to 1000000",
        ),
        ("gemeinnuetzig = false", 'gemeinnuetzig = "no"', "applicant: gemeinnuetzig: must be true or false"),
        ('language = "de"', 'language = "xx"', "language: “xx” is none of the town's languages."),
        (
            'legal_form = "unregistered"',
            'legal_form = "gang"',
            "applicant: legal_form: “gang” is unknown; one of: registered-association",
        ),
        (
            'title = "',
            f'title = "{"x" * 200}',
            "the file: title: Ensure this value has at most 200 characters (it has 263).",
        ),
        ("[applicant]", "[applicant", "The file is no valid TOML"),
    ],
)
def test_application_file_that_cannot_be_used_is_refused_by_name(unna, write, old, new, sentence):
    assert old in SAMPLE

    assert failing("import_application", write(SAMPLE.replace(old, new, 1)), "--submit").startswith(sentence)
    assert (Application.objects.count(), Organisation.objects.count(), BudgetYear.objects.count()) == (0, 0, 0)


def test_import_without_programme_takes_the_only_one_that_can_be_applied_to(unna):
    run("load_programme", FOLDER / "plochingen.toml")

    assert run("import_application", SAMPLES / "01-neighbourhood-tours.toml")["total"] == "1698.90"


def test_import_between_two_programmes_asks_which(unna):
    make_programme(make_town(slug="kamen"), slug="projektfoerderung-integration")

    names = "kamen/projektfoerderung-integration, unna/projektfoerderung-integration"
    sample = SAMPLES / "01-neighbourhood-tours.toml"
    assert failing("import_application", sample) == f"Please say which programme it is: {names}"
    slug = "--programme=projektfoerderung-integration"
    assert failing("import_application", sample, slug) == f"Please say which programme it is: {names}"
    run("import_application", sample, "--programme=unna/projektfoerderung-integration")
    assert Application.objects.get().municipality.slug == "unna"


def test_import_into_an_unknown_programme_is_refused(unna):
    sentence = failing("import_application", SAMPLES / "01-neighbourhood-tours.toml", "--programme=moon")

    assert sentence == "There is no programme “moon”."


# --- verify_audit -----------------------------------------------------------------------------------------------------


@pytest.fixture
def town(transactional_db):
    """A town with five entries in its chain."""
    town = make_town(slug="unna")
    head_file(town.pk).unlink(missing_ok=True)  # of an earlier test's town of the same number

    @writes
    def act(number):
        record(town.pk, "test.act", town, by=SYSTEM, details={"number": number})

    for number in range(5):
        act(number)
    yield town
    head_file(town.pk).unlink(missing_ok=True)


def test_audit_of_an_untouched_log_is_ok(town):
    assert run("verify_audit") == {"entries": 5, "ok": True}
    assert run("verify_audit", "--municipality=unna") == {"entries": 5, "ok": True}


def test_audit_of_an_unknown_town_is_refused(town):
    assert failing("verify_audit", "--municipality=moon") == "There is no municipality “moon”."


COLUMNS = {
    "at": timedelta(seconds=1),
    "kind": "test.other",
    "subject": "funding.user",
    "subject_id": 999,
    "actor": 999,
    "role": "decider",
    "details_hash": "f" * 64,
    "previous_hash": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", COLUMNS)
def test_audit_names_an_entry_whose_column_was_altered(town, column):
    entry = Event.objects.get(number=3)
    value = entry.at + COLUMNS["at"] if column == "at" else COLUMNS[column]
    Event.objects.filter(pk=entry.pk).update(**{column: value})

    assert failing("verify_audit").startswith("unna: entry 3: altered")


def test_audit_covers_every_column():
    columns = {field.attname for field in Event._meta.concrete_fields}

    # The number is the chain's order and the town its name: both are tested below.
    assert columns - set(COLUMNS) == {"id", "municipality_id", "number"}


def test_audit_names_an_entry_whose_number_was_altered(town):
    Event.objects.filter(number=5).update(number=9)

    assert failing("verify_audit").startswith("unna: entry 5: removed")


def test_audit_names_an_entry_that_was_given_to_another_town(town):
    other = make_town(slug="kamen")
    Event.objects.filter(number=3).update(municipality=other)

    assert failing("verify_audit", "--municipality=unna").startswith("unna: entry 3: removed")
    assert failing("verify_audit", "--municipality=kamen").startswith("kamen: entry 1: removed")


def test_audit_names_an_entry_that_was_altered_with_its_own_hash(town):
    entry = Event.objects.get(number=3)
    entry.kind = "test.other"
    Event.objects.filter(pk=entry.pk).update(kind=entry.kind, hash=entry_hash(entry))

    # Its own fingerprint fits again; the head kept outside the database does not.
    assert failing("verify_audit").startswith("unna: entry 3: altered")


def _chain_anew(town, entries):
    previous = events.GENESIS
    for number, entry in enumerate(entries, start=1):
        entry.number, entry.previous_hash = number, previous
        previous = entry.hash = entry_hash(entry)
    return previous


def test_audit_names_the_first_entry_of_a_chain_that_was_written_anew(town):
    entries = list(Event.objects.order_by("number"))
    entries[2].kind = "test.other"
    digest = _chain_anew(town, entries)
    Event.objects.bulk_update(entries, ["kind", "previous_hash", "hash"])
    EventHead.objects.update(hash=digest)

    assert failing("verify_audit").startswith("unna: entry 3: altered: the head kept outside the database differs")


def test_audit_names_a_removed_entry(town):
    entry = Event.objects.get(number=3)
    EventDetails.objects.filter(event=entry).delete()
    entry.delete()

    assert failing("verify_audit").startswith("unna: entry 3: removed")


def test_audit_names_an_inserted_entry(town):
    entry = Event.objects.get(number=5)
    entry.pk, entry.number, entry.previous_hash = None, 6, entry.hash
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)

    assert failing("verify_audit").startswith("unna: entry 6: altered or inserted")


@pytest.mark.parametrize("with_head", [False, True])
def test_audit_names_a_cut_tail_even_when_the_head_row_was_cut_alongside(town, with_head):
    last = Event.objects.get(number=5)
    EventDetails.objects.filter(event=last).delete()
    last.delete()
    if with_head:
        EventHead.objects.update(number=4, hash=Event.objects.get(number=4).hash)

    assert failing("verify_audit").startswith("unna: entry 5: cut from the end")


def test_audit_names_a_log_that_was_emptied(town):
    EventDetails.objects.all().delete()
    Event.objects.all().delete()
    EventHead.objects.all().delete()

    assert failing("verify_audit").startswith("unna: entry 1: cut from the end")


def test_audit_names_altered_details(town):
    EventDetails.objects.filter(event__number=2).update(details={"number": 99})

    assert failing("verify_audit").startswith("unna: entry 2: altered: its details")


def test_audit_names_removed_details(town):
    EventDetails.objects.filter(event__number=2).delete()

    assert failing("verify_audit").startswith("unna: entry 2: altered or inserted: its details are missing")


def test_audit_names_details_that_were_altered_under_the_cover_of_erasure(town):
    EventDetails.objects.filter(event__number=2).update(details={"number": 99}, salt="", erased=True)

    assert failing("verify_audit").startswith("unna: entry 2: altered: its details")


def test_audit_accepts_details_that_were_erased(town):
    EventDetails.objects.filter(event__number=2).update(details={}, salt="", erased=True)

    assert run("verify_audit") == {"entries": 5, "ok": True}


@pytest.fixture
def issued(town):
    """A letter and a payment file, both named in the log with their fingerprint."""
    organisation = make_organisation(town)
    letter = make_letter(make_application(make_programme(town), organisation, state="awarded"))
    content = letter.content
    paid = PaymentRun.objects.create(
        municipality=town,
        number=1,
        channel="finance-system",
        execute_on=clock.today(),
        made_by=make_user(town, "cashier"),
        made_at=clock.now(),
        file_name="auszahlung-1.csv",
        content=content,
        sha256=letter.sha256,
    )

    @writes
    def log():
        record(town.pk, "letter.issue", letter, by=SYSTEM, details={"sha256": letter.sha256})
        record(town.pk, "run.export", paid, by=SYSTEM, details={"sha256": paid.sha256})

    log()
    return {Letter: "letter", PaymentRun: "payment run"}


def test_audit_of_files_as_they_went_out_is_ok(issued):
    assert run("verify_audit") == {"entries": 7, "ok": True}


@pytest.mark.parametrize("model", [Letter, PaymentRun])
@pytest.mark.parametrize("cover", [False, True])
def test_audit_names_a_file_that_is_no_longer_what_was_issued(issued, model, cover):
    content = b"%PDF-1.7 another one"
    changes = {"sha256": hashlib.sha256(content).hexdigest()} if cover else {}
    model.objects.update(content=content, **changes)

    sentence = failing("verify_audit")

    name = f"unna: {issued[model]} {model.objects.get().pk}"
    assert sentence == f"{name}: altered: it is not the file that was issued"


def test_audit_accepts_a_file_that_was_emptied_at_the_end_of_its_time(issued):
    Letter.objects.update(content=b"")

    assert run("verify_audit") == {"entries": 7, "ok": True}


# --- The mark of the demo and the first administrator -----------------------------------------------------------------


@pytest.mark.parametrize(("demo", "marked", "starts"), [(True, True, True), (False, False, True)])
def test_mark_that_fits_lets_it_start(db, settings, demo, marked, starts):
    settings.DEMO = demo
    make_town(demo=marked)

    call_command("check_mark")


@pytest.mark.parametrize("demo", [True, False])
def test_mark_of_an_empty_database_fits_both(db, settings, demo):
    settings.DEMO = demo

    call_command("check_mark")


@pytest.mark.parametrize(
    ("demo", "sentence"),
    [
        (True, "This database holds real data: start with DEMO=0, or give the demo its own DATA_DIR."),
        (False, "This database holds the demo: start with DEMO=1, or choose another DATA_DIR."),
    ],
)
def test_mark_that_does_not_fit_refuses_to_start(db, settings, demo, sentence):
    settings.DEMO = demo
    make_town(demo=not demo)

    assert failing("check_mark") == sentence


def test_first_administrator_prints_a_link_that_sets_up(db, client, settings):
    settings.SITE_URL = "https://foerderung.unna.example"
    out = io.StringIO()

    call_command("first_administrator", stdout=out)

    address = out.getvalue().split()[-1]
    assert address.startswith("https://foerderung.unna.example/setup/")
    assert client.get(address.removeprefix("https://foerderung.unna.example")).status_code == 200


def test_first_administrator_prints_nothing_when_there_is_one(db):
    make_user(make_town(), "administrator")
    out = io.StringIO()

    call_command("first_administrator", stdout=out)

    assert out.getvalue() == ""


# --- tick -------------------------------------------------------------------------------------------------------------


def test_tick_forgets_sessions_that_are_over(db):
    for key, days in (("over", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=clock.now() + timedelta(days=days))

    run("tick")

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
