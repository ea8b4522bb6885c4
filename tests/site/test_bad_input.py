"""What no honest browser sends, and files no careful person writes: a sentence or a page, never a broken server."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.utils import translation

from funding import clock
from funding.models import Programme, User
from funding.programmes import FOLDER, parse
from funding.site.imports import SAMPLES
from funding.site.links import setup_token
from funding.toml import FileError
from funding.wsgi import application
from tests.factories import make_town, make_user

UNNA = (FOLDER / "unna.toml").read_text(encoding="utf-8")
SAMPLE = (SAMPLES / "01-neighbourhood-tours.toml").read_text(encoding="utf-8")


def served(**environ):
    """The status with which the web server's entry point answers."""
    answers = []
    request = RequestFactory().get("/sign-in/?next=/tasks/")
    application(request.environ | environ, lambda status, headers, *more: answers.append(status))
    return answers[0][:3]


# --- Requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["rot13", "utf-16", "nonsense", "hex"])
def test_strange_character_set_of_a_request_is_read_as_utf8(db, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    assert served(CONTENT_TYPE=kind) == "200"


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "django_language", "messages"])
def test_cookie_with_a_null_character_counts_as_none(client, db, name):
    client.cookies[name] = "\0" * 20

    assert client.get("/sign-in/").status_code == 200


def test_demo_person_with_a_null_character_is_not_found(client, db, settings):
    settings.DEMO = True

    answer = client.post("/demo/", {"email": "\0"}, headers={"host": "localhost"})

    assert answer.status_code == 404


def test_address_for_buttons_only_opened_by_hand_says_how_to_go_on(client, db):
    client.force_login(make_user(make_town(), "officer"))

    answer = client.get("/review/motion/1/vote/")

    assert (answer.status_code, "<h1" in answer.text) == (405, True)


@pytest.mark.parametrize("path", ["/sign-in/", "/setup/"])
def test_mail_address_longer_than_any_is_refused_where_it_is_typed(client, db, path):
    url = path if path == "/sign-in/" else f"/setup/{setup_token()}/"
    long = "x" * 64 + "@" + ".".join(["y" * 60] * 4) + ".de"

    answer = client.post(url, {"email": long})

    assert (answer.status_code, "email" in answer.context["form"].errors, long in answer.text) == (200, True, True)
    assert not User.objects.exists()


# --- Files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('slug = "unna"', 'slug = ["a"]', "municipality.slug: must be a text in quotation marks"),
        ('state = "NW"', 'state = "NW"\niban = "DE00"', "municipality.iban: "),
        ('languages = ["de"', 'languages = ["<b>", "de"', "municipality.languages: “<b>” is no code of a language"),
        ('eligible_share = "1.00"', "eligible_share = 0", "categories[1].eligible_share: must be a share from"),
    ],
)
def test_programme_file_with_a_value_of_the_wrong_kind_is_refused_by_name(old, new, sentence):
    assert old in UNNA

    with translation.override("en"), pytest.raises(FileError) as error:
        parse(UNNA.replace(old, new, 1).encode())

    assert str(error.value)[: len(sentence)] == sentence


def test_prize_with_a_null_character_is_kept_without_it():
    file = parse((UNNA + '\n[[prizes]]\nname = "a\\u0000b"\n').encode())

    assert file.programme["prizes"] == [{"name": "ab"}]


@pytest.mark.parametrize("name", ["load_programme", "import_application"])
def test_file_of_more_than_a_megabyte_is_refused_unread(db, tmp_path, name):
    path = tmp_path / "huge.toml"
    path.write_bytes(b"#" * 1_000_001)

    with pytest.raises(CommandError) as error:
        call_command(name, str(path))

    assert str(error.value) == f"The file {path} is larger than a megabyte. Please check whether it is the right one."


def test_application_received_on_a_day_still_to_come_is_refused(db, tmp_path):
    call_command("load_programme", str(FOLDER / "unna.toml"), stdout=io.StringIO())
    path = tmp_path / "tomorrow.toml"
    tomorrow = clock.today() + timedelta(days=1)
    lines = [line for line in SAMPLE.splitlines() if not line.startswith("received_on")]
    path.write_text("\n".join([f"received_on = {tomorrow}", *lines]), encoding="utf-8")

    with pytest.raises(CommandError, match="still to come"):
        call_command("import_application", str(path), "--submit")

    assert Programme.objects.get().applications.count() == 0
