"""Sign-in by link, its limits, sign-out, the language, setting up, and the demo's pages."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.translation import gettext

from funding import clock
from funding.models import Assignment, Event, Message, Municipality, SignInRequest, User
from funding.site.links import setup_token, sign_in_token
from tests.factories import make_town, make_user

DEMO_PAGES = ("/demo/", "/demo/mail/")


@pytest.fixture
def demo(db, settings, client):
    settings.DEMO = True
    client.defaults["HTTP_HOST"] = "localhost:8000"
    return make_town(demo=True)


def ask(client, email, **more):
    return client.post("/sign-in/", {"email": email}, **more)


def link_in(message):
    return re.search(r"http://[^/]+(/sign-in/\S+)", message.body)[1]


def refusals(answer):
    return [str(error) for error in answer.context["form"].non_field_errors()]


def is_signed_in(client):
    return "_auth_user_id" in client.session


# --- The link ---------------------------------------------------------------------------------------------------------


def test_link_signs_in_after_its_button_only(client, db):
    user = make_user(email="leyla@koenigsborn.example", language="en")

    ask(client, "Leyla@Koenigsborn.example")
    link = link_in(mail.outbox[0])
    looked = client.get(link)
    before = is_signed_in(client)
    answer = client.post(link)

    assert mail.outbox[0].to == ["Leyla@Koenigsborn.example"]
    assert (looked.status_code, before) == (200, False)
    assert (answer.status_code, answer["Location"]) == (302, "/tasks/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert answer.cookies["django_language"].value == "en"


def test_link_works_once(client, db):
    make_user(email="leyla@koenigsborn.example")
    ask(client, "leyla@koenigsborn.example")
    link = link_in(mail.outbox[0])
    client.post(link)
    client.logout()

    again = client.post(link)

    assert (again.status_code, again["Location"]) == (302, "/sign-in/")
    assert not is_signed_in(client)


def test_two_links_of_one_person_are_used_up_together(client, db):
    make_user(email="leyla@koenigsborn.example")
    first, second = sign_in_token("leyla@koenigsborn.example"), sign_in_token("leyla@koenigsborn.example")

    client.post(reverse("sign-in-link", args=[first]))
    client.logout()
    client.post(reverse("sign-in-link", args=[second]))

    assert not is_signed_in(client)


def test_link_of_a_new_address_makes_the_account_when_it_is_confirmed(client, db):
    ask(client, "neu@post.example")
    link = link_in(mail.outbox[0])
    before = User.objects.count()
    client.get(link)
    looked = User.objects.count()
    client.post(link)
    client.logout()
    client.post(link)

    assert (before, looked, User.objects.count()) == (0, 0, 1)
    assert User.objects.get().email == "neu@post.example"
    assert not User.objects.get().has_usable_password()
    assert not is_signed_in(client)


@pytest.mark.parametrize(("minutes", "signed_in"), [(29, True), (31, False)])
def test_link_lasts_half_an_hour(client, db, monkeypatch, minutes, signed_in):
    link = reverse("sign-in-link", args=[sign_in_token("neu@post.example")])
    import time

    later = time.time() + 60 * minutes
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)

    client.post(link)

    assert is_signed_in(client) is signed_in


def test_spoilt_link_leads_back_to_sign_in(client, db):
    token = sign_in_token("neu@post.example")
    setup = setup_token()

    answers = [client.post(reverse("sign-in-link", args=[value])) for value in (token[:-1] + "_", "x", setup)]

    assert [answer["Location"] for answer in answers] == ["/sign-in/"] * 3
    assert not is_signed_in(client)


def test_link_of_a_closed_account_does_not_work(client, db):
    make_user(email="leyla@koenigsborn.example", is_active=False)
    ask(client, "leyla@koenigsborn.example")

    client.post(link_in(mail.outbox[0]))

    assert not is_signed_in(client)


def test_answer_is_the_same_whether_there_is_an_account(client, db):
    make_user(email="aaa@post.example")

    known, unknown = ask(client, "aaa@post.example"), ask(client, "bbb@post.example")

    strip = re.compile(rb"nonce-[^'\"]+|csrf\w*\W+value=\"\w+\"|\"X-CSRFToken\": \"\w+\"")
    assert strip.sub(b"", known.content).replace(b"aaa@", b"") == strip.sub(b"", unknown.content).replace(b"bbb@", b"")
    assert len(mail.outbox) == 2


def test_mail_is_in_the_language_of_the_account(client, db):
    make_user(email="leyla@koenigsborn.example", language="en")

    ask(client, "leyla@koenigsborn.example")

    assert mail.outbox[0].subject == "Your link to sign in"


def test_text_of_a_link_is_kept_nowhere_outside_the_demo(client, db):
    make_town()

    ask(client, "leyla@koenigsborn.example")

    assert (Message.objects.count(), len(mail.outbox)) == (0, 1)
    assert "leyla" not in str(SignInRequest.objects.values_list("key", flat=True))


def test_address_gets_five_links_an_hour(client, db):
    for _number in range(5):
        ask(client, "leyla@koenigsborn.example")

    sixth = ask(client, " LEYLA@koenigsborn.example")

    assert len(mail.outbox) == 5
    assert refusals(sixth) == [
        gettext("Too many links were asked for. Please wait an hour, or look into your mails again.")
    ]
    assert sixth.context["form"]["email"].value() == " LEYLA@koenigsborn.example"


def test_client_gets_twenty_links_an_hour(client, db):
    for number in range(20):
        ask(client, f"person{number}@post.example", REMOTE_ADDR="10.0.0.1")

    refused = ask(client, "another@post.example", REMOTE_ADDR="10.0.0.1")
    elsewhere = ask(client, "another@post.example", REMOTE_ADDR="10.0.0.2")

    assert refusals(refused) == [
        gettext("Too many links were asked for. Please wait an hour, or look into your mails again.")
    ]
    assert elsewhere.templates[0].name == "site/sign_in_sent.html"


def test_client_cannot_escape_the_limit_by_a_header(client, db):
    for number in range(20):
        ask(client, f"person{number}@post.example", headers={"X-Forwarded-For": f"10.1.1.{number}"})

    assert refusals(ask(client, "another@post.example")) == [
        gettext("Too many links were asked for. Please wait an hour, or look into your mails again.")
    ]


def test_limit_is_over_after_an_hour(client, db):
    for _number in range(5):
        ask(client, "leyla@koenigsborn.example")

    with clock.at(clock.now() + timedelta(minutes=61)):
        ask(client, "leyla@koenigsborn.example")

    assert len(mail.outbox) == 6
    assert SignInRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("target", "location"),
    [("/cases/3/", "/cases/3/"), ("https://evil.example/", "/tasks/"), ("//evil.example", "/tasks/"), ("", "/tasks/")],
)
def test_link_leads_on_to_a_page_of_this_site_only(client, db, target, location):
    client.post(f"/sign-in/?next={target}", {"email": "leyla@koenigsborn.example"})

    assert client.post(link_in(mail.outbox[0]))["Location"] == location


def test_session_is_a_new_one_after_sign_in(client, db):
    ask(client, "leyla@koenigsborn.example")
    client.get("/sign-in/")
    before = client.session.session_key

    client.post(link_in(mail.outbox[0]))

    assert client.session.session_key != before


# --- Sign-out and language --------------------------------------------------------------------------------------------


def test_sign_out_ends_the_session(client, db):
    client.force_login(make_user())

    looked, answer = client.get("/sign-out/"), client.post("/sign-out/")

    assert (looked.status_code, answer["Location"]) == (405, "/")
    assert not is_signed_in(client)


def test_language_is_remembered_for_mails(client, db):
    user = make_user()
    client.force_login(user)

    answer = client.post("/language/", {"language": "en", "next": "/imprint/"})

    user.refresh_from_db()
    assert (user.language, answer["Location"]) == ("en", "/imprint/")


def test_unknown_language_changes_nothing(client, db):
    user = make_user()
    client.force_login(user)

    client.post("/language/", {"language": "xx"})

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
    assert client.get(reverse("setup", args=[sign_in_token("a@b.example")])).status_code == 404


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


def test_demo_shows_the_link_somebody_asked_for(demo, client):
    ask(client, "leyla@koenigsborn.example")

    page = client.get("/demo/mail/").content.decode()

    assert link_in(mail.outbox[0]) in page


def test_demo_mails_are_listed_under_constant_queries(demo, client, django_assert_num_queries):
    ask(client, "a@post.example")
    with django_assert_num_queries(2):
        client.get("/demo/mail/")

    ask(client, "b@post.example")
    ask(client, "c@post.example")
    with django_assert_num_queries(2):
        client.get("/demo/mail/")
