"""Sign-in by a code: one flow for all, what it remembers, its limits, and what can be wrong with a code."""

import re
import smtplib
import threading
import time
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.utils.html import strip_tags
from django.utils.translation import gettext, override

from funding import clock
from funding.models import Message, User
from tests.factories import make_programme, make_round, make_town, make_user

LEYLA = "leyla@koenigsborn.example"
CODE = "/sign-in/code/"
WRONG = "This is not the code we sent you last. Please compare it with the newest mail."
SPENT = "After five wrong tries this code no longer works. Please have a new one sent to you."
FORM = "The code has six digits and no letters. Please type it as it stands in the mail."
USED = "This code was already used, or another browser asked for it. Please ask for a new one."
TOO_MANY = "Too many codes were asked for. Please wait an hour, or look for the last mail we sent you."


def ask(client, email=LEYLA, path="/sign-in/", **more):
    return client.post(path, {"email": email}, **more)


def code_in_mail(number=-1):
    return re.search(r"\d{6}", mail.outbox[number].subject)[0]


def other_than(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def enter(client, code, path=CODE):
    return client.post(path, {"code": code})


def refusals(answer):
    """What the form says, in the page's language."""
    form = answer.context["form"]
    return [str(error) for errors in form.errors.values() for error in errors]


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def is_signed_in(client):
    return "_auth_user_id" in client.session


# --- One flow for newcomers and old -----------------------------------------------------------------------------------


def test_code_signs_in_whoever_has_an_account(client, db):
    user = make_user(email=LEYLA, language="en")

    asked = ask(client, "Leyla@Koenigsborn.example")
    answer = enter(client, code_in_mail())

    assert (asked.status_code, asked["Location"]) == (302, CODE)
    assert mail.outbox[0].to == [LEYLA]
    assert (answer.status_code, answer["Location"]) == (302, "/tasks/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert answer.cookies["django_language"].value == "en"


def test_code_of_a_new_address_makes_the_account_when_it_is_entered(client, db):
    ask(client, "neu@post.example", headers={"accept-language": "en"})
    before = User.objects.count()

    client.post(CODE, {"code": code_in_mail()}, headers={"accept-language": "en"})

    user = User.objects.get()
    assert (before, user.email, user.language, user.has_usable_password()) == (0, "neu@post.example", "en", False)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_staff_sign_in_the_same_way(client, db):
    user = make_user(make_town(), "officer", email=LEYLA)

    ask(client)
    enter(client, code_in_mail())

    assert client.session["_auth_user_id"] == str(user.pk)


def test_answer_is_the_same_whether_there_is_an_account(db, django_assert_num_queries):
    make_user(email="aaa@post.example")
    make_user(email="ccc@post.example", is_active=False)
    pages = []
    for number, email in enumerate(("aaa@post.example", "bbb@post.example", "ccc@post.example")):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        with django_assert_num_queries(29):
            ask(client, email)
        found = [strip_tags(client.get(CODE).text), strip_tags(enter(client, other_than(code_in_mail())).text)]
        pages.append([page.replace(email, "") for page in found])

    assert pages[0] == pages[1] == pages[2]
    assert len(mail.outbox) == 3


def test_closed_account_does_not_get_in_and_reads_what_a_wrong_code_reads(client, db):
    make_user(email=LEYLA, is_active=False)

    ask(client)
    answer = enter(client, code_in_mail())

    assert refusals(answer) == [gettext(WRONG)]
    assert not is_signed_in(client)


def test_code_page_asks_the_phone_for_digits_and_offers_the_code_of_the_mail(client, db):
    ask(client)

    field = re.search(r"<input[^>]+name=\"code\"[^>]*>", client.get(CODE).text)[0]

    assert ('inputmode="numeric"' in field, 'autocomplete="one-time-code"' in field) == (True, True)


def test_code_page_without_a_code_leads_to_the_first_page(client, db):
    answer = client.get(f"{CODE}?next=/cases/3/")

    assert (answer["Location"], said(answer)) == (
        "/sign-in/?next=/cases/3/".replace("/cases/3/", "%2Fcases%2F3%2F"),
        [],
    )


def test_whoever_is_signed_in_is_led_on_from_both_pages(client, db):
    client.force_login(make_user())

    assert [client.get(f"{path}?next=/imprint/")["Location"] for path in ("/sign-in/", CODE)] == ["/imprint/"] * 2


def test_no_page_of_the_package_has_an_address(client, db):
    found = [client.get(f"/{path}").status_code for path in ("accounts/", "accounts/login/", "login/", "signup/")]

    assert found == [404] * 4


# --- Where it leads and what it carries -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "location"),
    [("/cases/3/", "/cases/3/"), ("https://evil.example/", "/tasks/"), ("//evil.example", "/tasks/"), ("", "/tasks/")],
)
def test_sign_in_leads_on_to_a_page_of_this_site_only(client, db, target, location):
    page = ask(client, path=f"/sign-in/?next={target}")["Location"]

    assert enter(client, code_in_mail(), page)["Location"] == location


def test_newcomer_who_wants_to_apply_arrives_at_the_application(client, db):
    programme = make_programme(make_town())
    make_round(programme)

    entrance = client.get(f"/applications/new/{programme.pk}/")["Location"]
    page = ask(client, path=entrance)["Location"]
    answer = enter(client, code_in_mail(), page)

    assert answer["Location"] == f"/applications/new/{programme.pk}/"


def test_session_gets_a_new_key_and_keeps_what_was_typed_before(client, db):
    ask(client)
    session = client.session
    session["draft"] = {"title": "Rundgänge"}
    session.save()
    before = session.session_key

    enter(client, code_in_mail())

    assert client.session.session_key != before
    assert (client.session["draft"], "sign-in" in client.session) == ({"title": "Rundgänge"}, False)
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        ({}, "/outbox/7/discard/"),
        ({"referer": "http://testserver/outbox/7/?page=2"}, "/outbox/7/?page=2"),
        ({"referer": "https://evil.example/outbox/"}, "/outbox/7/discard/"),
        ({"referer": "http://testserver/", "hx-current-url": "http://testserver/outbox/7/"}, "/outbox/7/"),
    ],
    ids=["nothing known", "page", "other site", "htmx"],
)
def test_ended_session_leads_back_to_the_page_with_the_button(client, db, headers, target):
    entrance = client.post("/outbox/7/discard/", headers=headers)["Location"]
    page = ask(client, path=entrance)["Location"]

    assert enter(client, code_in_mail(), page)["Location"] == target


def test_ended_session_leads_back_to_the_page_of_a_form(client, db):
    entrance = client.post("/people/new/", {"name": "Ada"})["Location"]

    assert entrance == "/sign-in/?next=/people/new/"


def test_language_switch_on_the_way_keeps_the_way(client, db):
    answer = client.post("/language/?next=/sign-in/%3Fnext%3D/cases/3/", {"to-language": "en"})

    assert answer["Location"] == "/sign-in/?next=/cases/3/"


# --- The mail ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("account", "language"), [("en", "en"), (None, "de")])
def test_mail_is_in_the_language_of_the_account_else_of_the_page(client, db, account, language):
    if account:
        make_user(email=LEYLA, language=account)

    ask(client)

    with override(language):
        assert mail.outbox[0].subject == gettext("%s is your code to sign in") % code_in_mail()
        assert gettext("Your code: %s") % code_in_mail() in mail.outbox[0].body


def test_code_is_stored_nowhere_outside_the_demo(client, db):
    make_town()

    ask(client)

    code = code_in_mail()
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM funding_cache")
        counts = str(cursor.fetchall())
    assert Message.objects.count() == 0
    assert code not in str(client.session["sign-in"])
    assert ("leyla" in counts, "127.0.0.1" in counts, "a" in counts) == (False, False, True)


def test_mail_that_cannot_leave_is_said_and_costs_no_try(client, db, monkeypatch):
    def refuse(self, messages):
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        answers = [ask(client) for _number in range(6)]
    again = ask(client)

    sentence = gettext("The mail could not be sent. Please try again in a few minutes.")
    assert [refusals(answer) for answer in answers] == [[sentence]] * 6
    assert answers[0].context["form"]["email"].value() == LEYLA
    assert (again["Location"], len(mail.outbox)) == (CODE, 1)


def test_new_code_whose_mail_cannot_leave_leaves_the_old_one_good(client, db, monkeypatch):
    ask(client)
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", lambda self, messages: (_ for _ in ()).throw(OSError()))
        answer = client.post(CODE, {"again": "1"})

    enter(client, code_in_mail())

    assert said(answer) == [gettext("The mail could not be sent. Please try again in a few minutes.")]
    assert is_signed_in(client)


# --- What can be wrong with a code ------------------------------------------------------------------------------------


def test_wrong_code_is_said_and_what_was_typed_stays(client, db):
    ask(client)
    wrong = other_than(code_in_mail())

    answer = enter(client, wrong)

    assert (refusals(answer), answer.context["form"]["code"].value()) == ([gettext(WRONG)], wrong)
    assert not is_signed_in(client)
    assert not User.objects.exists()


@pytest.mark.parametrize("typed", ["12345a", "abcdef", "12345", "1234567", "Ihr Code 123456", "🙂", "½¾²³⁴⁵"])
def test_what_is_no_code_is_said_and_costs_no_try(client, db, typed):
    ask(client)

    answers = [enter(client, typed) for _number in range(6)]
    enter(client, code_in_mail())

    assert [refusals(answer) for answer in answers] == [[gettext(FORM)]] * 6
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "shape",
    [
        lambda code: f" {code[:3]} {code[3:]} ",
        lambda code: f"{code[:3]}-{code[3:]}",
        lambda code: f"{code[:3]}\u00a0{code[3:]}\u200b",
        lambda code: code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ],
    ids=["spaces", "hyphen", "pasted", "Arabic digits"],
)
def test_code_is_read_as_people_type_and_paste_it(client, db, shape):
    ask(client)

    enter(client, shape(code_in_mail()))

    assert is_signed_in(client)


def test_five_wrong_tries_spend_the_code_and_a_new_one_helps(client, db):
    ask(client)
    code = code_in_mail()

    wrong = [refusals(enter(client, other_than(code))) for _number in range(5)]
    right = refusals(enter(client, code))
    client.post(CODE, {"again": "1"})
    enter(client, code_in_mail())

    assert wrong == [[gettext(WRONG)]] * 4 + [[gettext(SPENT)]]
    assert right == [gettext(SPENT)]
    assert is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_tries_sent_at_the_same_time_are_counted_each(client):
    ask(client)
    session, code, pages = client.cookies["sessionid"].value, code_in_mail(), []

    def guess(number):
        guesser = Client()
        guesser.cookies["sessionid"] = session
        pages.append(enter(guesser, f"{(int(code) + number) % 1_000_000:06}").text)
        connection.close()

    threads = [threading.Thread(target=guess, args=[number]) for number in range(1, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    compared = sum(gettext(WRONG) in page for page in pages)
    spent = sum(gettext(SPENT) in page for page in pages)
    assert (compared <= 5, compared + spent) == (True, 12)


@pytest.mark.parametrize(("minutes", "signed_in"), [(14, True), (16, False)])
def test_code_lasts_fifteen_minutes(client, db, minutes, signed_in):
    ask(client)

    with clock.at(clock.now() + timedelta(minutes=minutes)):
        answer = enter(client, code_in_mail())

    assert is_signed_in(client) is signed_in
    if not signed_in:
        assert refusals(answer) == [gettext("This code is older than 15 minutes. Please have a new one sent to you.")]


def test_used_code_does_not_sign_in_again(client, db):
    ask(client)
    enter(client, code_in_mail())
    client.logout()

    again = enter(client, code_in_mail())

    assert (again["Location"], said(again)) == ("/sign-in/", [gettext(USED)])
    assert not is_signed_in(client)


def test_code_works_in_the_browser_that_asked_only(client, db):
    ask(client)
    elsewhere = Client()
    ask(elsewhere, "another@post.example")

    nothing_asked = enter(Client(), code_in_mail(0))
    another = enter(elsewhere, code_in_mail(0))

    assert said(nothing_asked) == [gettext(USED)]
    assert refusals(another) == [gettext(WRONG)]


def test_new_code_replaces_the_one_before(client, db):
    ask(client)

    answer = client.post(f"{CODE}?next=/cases/3/", {"again": "1"})
    old = enter(client, code_in_mail(0))
    new = enter(client, code_in_mail(1), answer["Location"])

    assert said(answer) == [gettext("We have sent you a new code. The one before it no longer works.")]
    assert refusals(old) == ([gettext(WRONG)] if code_in_mail(0) != code_in_mail(1) else [])
    assert new["Location"] == "/cases/3/"


def test_code_sent_twice_signs_in_once(client, db):
    """The second tap goes out with the new cookie or, before the answer has come, still with the old one."""
    ask(client)
    slow = Client()
    slow.cookies["sessionid"] = client.cookies["sessionid"].value

    enter(client, code_in_mail())
    with_the_new_cookie = enter(client, code_in_mail())
    with_the_old_cookie = enter(slow, code_in_mail())

    assert (with_the_new_cookie["Location"], is_signed_in(client)) == ("/tasks/", True)
    assert said(with_the_old_cookie) == [gettext(USED)]
    assert User.objects.count() == 1


# --- What can be wrong with an address --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["leyla", "jörg@unna.example", "a@b@c.example", f"a@{'ü' * 60}.example", "a@unna.example\r\nBcc: b@c.de", ""],
)
def test_what_is_no_address_is_said_where_it_is_typed(client, db, typed):
    answer = ask(client, typed)

    assert (len(refusals(answer)), len(mail.outbox)) == (1, 0)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" LEYLA@Koenigsborn.example ", LEYLA),
        ("info@MÜLLER.example", "info@müller.example"),
        ("info@Straße.example", "info@strasse.example"),
    ],
)
def test_address_is_mailed_as_it_is_kept(client, db, typed, kept):
    ask(client, typed)
    enter(client, code_in_mail())

    assert (mail.outbox[0].to, User.objects.get().email) == ([kept], kept)


# --- Limits -----------------------------------------------------------------------------------------------------------


def test_address_gets_five_codes_an_hour_on_both_pages(client, db):
    for _number in range(3):
        ask(client)
    for _number in range(2):
        client.post(CODE, {"again": "1"})

    sixth = ask(client, " LEYLA@koenigsborn.example")
    seventh = client.post(CODE, {"again": "1"})

    assert len(mail.outbox) == 5
    assert (refusals(sixth), said(seventh)) == ([gettext(TOO_MANY)], [gettext(TOO_MANY)])
    assert sixth.context["form"]["email"].value() == " LEYLA@koenigsborn.example"


def test_address_with_and_without_an_account_have_the_same_limit(db):
    make_user(email="aaa@post.example")
    counts = []
    for number, email in enumerate(("aaa@post.example", "bbb@post.example")):
        answers = [ask(Client(REMOTE_ADDR=f"10.0.0.{number}"), email).status_code for _number in range(7)]
        counts.append(answers)

    assert counts == [[302] * 5 + [200] * 2] * 2


def test_computer_gets_twenty_codes_an_hour(client, db):
    for number in range(20):
        ask(client, f"person{number}@post.example", REMOTE_ADDR="10.0.0.1")

    refused = ask(client, "another@post.example", REMOTE_ADDR="10.0.0.1")
    elsewhere = ask(client, "another@post.example", REMOTE_ADDR="10.0.0.2")

    assert refusals(refused) == [gettext(TOO_MANY)]
    assert elsewhere["Location"] == CODE


def test_computer_cannot_escape_its_limit_by_a_header(client, db):
    for number in range(20):
        ask(client, f"person{number}@post.example", headers={"X-Forwarded-For": f"10.1.1.{number}"})

    assert refusals(ask(client, "another@post.example")) == [gettext(TOO_MANY)]


def test_computers_behind_the_town_s_proxy_are_counted_apart(client, db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(20):
        ask(client, f"person{number}@post.example", headers={"X-Forwarded-For": f"{number}, 10.1.1.1"})

    same = ask(client, "another@post.example", headers={"X-Forwarded-For": "10.1.1.1"})
    other = ask(client, "another@post.example", headers={"X-Forwarded-For": "10.1.1.2"})

    assert (refusals(same), other["Location"]) == ([gettext(TOO_MANY)], CODE)


def test_limit_is_over_after_an_hour(client, db, monkeypatch):
    for _number in range(6):
        ask(client)
    later = time.time() + 61 * 60
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: later)

    ask(client)

    assert len(mail.outbox) == 6
