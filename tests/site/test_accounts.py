"""Sign-out, the language, setting up, and the demo's pages."""

import pytest
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext

from funding.models import Assignment, Event, Municipality, User
from funding.site.links import setup_token
from tests.factories import make_town, make_user
from tests.site.test_sign_in import ask, code_in_mail

DEMO_PAGES = ("/demo/", "/demo/mail/")


@pytest.fixture
def demo(db, settings, client):
    settings.DEMO = True
    client.defaults["HTTP_HOST"] = "localhost:8000"
    return make_town(demo=True)


def refusals(answer):
    return [str(error) for error in answer.context["form"].non_field_errors()]


def is_signed_in(client):
    return "_auth_user_id" in client.session


# --- Sign-out and language --------------------------------------------------------------------------------------------


def test_sign_out_ends_the_session(client, db):
    client.force_login(make_user())

    looked, answer = client.get("/sign-out/"), client.post("/sign-out/")

    assert (looked.status_code, answer["Location"]) == (405, "/")
    assert not is_signed_in(client)


def test_language_is_remembered_for_mails(client, db):
    user = make_user()
    client.force_login(user)

    answer = client.post("/language/?next=/imprint/", {"to-language": "en"})

    user.refresh_from_db()
    assert (user.language, answer["Location"]) == ("en", "/imprint/")


def test_unknown_language_changes_nothing(client, db):
    user = make_user()
    client.force_login(user)

    client.post("/language/", {"to-language": "xx"})

    user.refresh_from_db()
    assert user.language == "de"


# --- Setting up -------------------------------------------------------------------------------------------------------

SETUP = {"name": "Katrin Schulte", "email": "k.schulte@unna.example", "town_name": "Kreisstadt Unna", "slug": "unna"}


def test_setup_makes_town_and_administrator_and_signs_in(client, db):
    answer = client.post(reverse("setup", args=[setup_token()]), {**SETUP, "state": "NW"})

    town, role = Municipality.objects.get(), Assignment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/tasks/")
    assert (town.slug, town.remedy, town.demo) == ("unna", "action", False)
    assert (role.user.email, role.role, role.municipality) == ("k.schulte@unna.example", "administrator", town)
    assert Event.objects.get().kind == "municipality.setup"
    assert is_signed_in(client)


def test_setup_is_over_when_there_is_an_administrator(client, db):
    url = reverse("setup", args=[setup_token()])
    make_user(make_town(), "administrator")

    assert client.get(url).status_code == 404
    assert client.post(url, {**SETUP, "state": "NW"}).status_code == 404


def test_setup_needs_its_token(client, db):
    assert client.get("/setup/guess/").status_code == 404
    assert client.get(reverse("setup", args=[signing.dumps("setup", salt="other")])).status_code == 404


def test_setup_refuses_a_slug_that_is_a_page_and_keeps_what_was_typed(client, db):
    answer = client.post(reverse("setup", args=[setup_token()]), {**SETUP, "slug": "people", "state": "NW"})

    assert refusals(answer) == [gettext("This short name is already taken. Please choose another.")]
    assert answer.context["form"]["town_name"].value() == "Kreisstadt Unna"
    assert (Municipality.objects.count(), User.objects.count()) == (0, 0)


# --- The demo ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DEMO_PAGES)
def test_demo_pages_exist_in_the_demo(demo, client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", DEMO_PAGES)
def test_demo_pages_are_no_pages_outside_the_demo(client, settings, db, path):
    settings.DEMO = False

    assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)


@pytest.mark.parametrize("path", DEMO_PAGES)
@pytest.mark.parametrize(
    "request_is",
    [
        {"HTTP_HOST": "foerdertopf.unna.example"},
        {"REMOTE_ADDR": "192.168.0.7"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_HOST": "localhost.evil.example"},
    ],
    ids=lambda value: next(iter(value.values())),
)
def test_demo_pages_answer_this_machine_only(demo, client, settings, path, request_is):
    settings.ALLOWED_HOSTS = ["*"]
    make_user(email="demo@unna.example", demo=True)

    assert client.get(path, **request_is).status_code == 404
    assert client.post(path, {"email": "demo@unna.example"}, **request_is).status_code == 404
    assert not is_signed_in(client)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_demo_pages_answer_every_name_of_this_machine(demo, client, host):
    assert client.get("/demo/", HTTP_HOST=host).status_code == 200


def test_demo_signs_in_who_is_chosen(demo, client):
    client.force_login(make_user())
    user = make_user(demo, "officer", email="sabine@unna.example", demo=True)

    answer = client.post("/demo/", {"email": "sabine@unna.example"})

    assert (answer["Location"], client.session["_auth_user_id"]) == ("/tasks/", str(user.pk))


def test_demo_signs_in_nobody_who_is_not_marked(demo, client):
    make_user(demo, "officer", email="real@unna.example")

    assert client.post("/demo/", {"email": "real@unna.example"}).status_code == 404
    assert not is_signed_in(client)


def test_demo_lists_people_under_constant_queries(demo, client, django_assert_num_queries):
    make_user(demo, "officer", demo=True)
    with django_assert_num_queries(4):
        client.get("/demo/")

    make_user(demo, "decider", demo=True)
    make_user(demo, "board", "officer", demo=True)
    with django_assert_num_queries(4):
        client.get("/demo/")


def test_demo_shows_the_code_somebody_asked_for(demo, client):
    ask(client, "leyla@koenigsborn.example")

    page = client.get("/demo/mail/").content.decode()

    assert code_in_mail() in page


def test_demo_mails_are_listed_under_constant_queries(demo, client, django_assert_num_queries):
    ask(client, "a@post.example")
    with django_assert_num_queries(3):
        client.get("/demo/mail/")

    ask(client, "b@post.example")
    ask(client, "c@post.example")
    with django_assert_num_queries(3):
        client.get("/demo/mail/")
