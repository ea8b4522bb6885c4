"""Two tabs without a script: somebody signs in again in one, and then sends the older page of the other."""

import re

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.urls import reverse
from lxml import html

from applications.models import Application
from applications.views import stash
from funding import kept
from tests.factories import CHILDCARE, make_application, make_organisation, make_programme, make_town, make_user

pytestmark = pytest.mark.django_db

HERE = {"Origin": "http://testserver"}
SENT_BACK = "This was not sent, because you signed in again meanwhile. Your input is still here: send it again."
PRESS_AGAIN = "This was not done, because you signed in again meanwhile. Please press the button again."


@pytest.fixture
def leyla():
    return make_user(name="Leyla Aydın", email="leyla@wegweiser.example", language="en")


@pytest.fixture
def jonas():
    return make_user(name="Jonas Brink", email="jonas@wegweiser.example", language="en")


@pytest.fixture
def draft(leyla, jonas):
    town = make_town()
    organisation = make_organisation(town, leyla)
    organisation.memberships.create(municipality=town, user=jonas, right="submit")
    return make_application(make_programme(town), organisation, plan=CHILDCARE)  # the long form


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True, headers={"accept-language": "en"})


def page_at(browser: Client, address: str) -> dict[str, str]:
    """Open a page and take down what its form would send."""
    form = html.fromstring(browser.get(address, follow=True).content).xpath("//form[@id='page-form']")[0]
    return {name: value for name, value in form.fields.items() if value is not None and name != "to-language"}


def sign_in_again(browser: Client, email: str) -> None:
    """As in another tab: the old session is over, a code from the mail begins a new one with a new token."""
    del browser.cookies["sessionid"]
    for address, answer in (("/sign-in/", {"email": email}), ("/sign-in/code/", {})):
        found = page_at(browser, address)
        browser.post(address, found | (answer or {"code": re.search(r"\d{6}", mail.outbox[-1].subject)[0]}))
    assert "_auth_user_id" in browser.session


def send(browser: Client, address: str, page: dict[str, str], **headers: str):
    return browser.post(address, page, headers=HERE | {"Referer": f"http://testserver{address}"} | headers)


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_section_sent_from_the_older_tab_keeps_every_answer_and_leads_back_to_it(browser, draft, leyla):
    browser.force_login(leyla)
    address = reverse("applications:edit", args=[draft.pk, "idea"]) + "?from=check"
    page = page_at(browser, address) | {"need": "Nicht verloren", "goals": "Auch das nicht"}
    sign_in_again(browser, leyla.email)

    answer = send(browser, address, page)
    before = Application.objects.get().need
    again = browser.get(answer["Location"])

    assert (answer.status_code, answer["Location"], before) == (302, address, "")
    assert [again.context["form"][name].value() for name in ("need", "goals")] == ["Nicht verloren", "Auch das nicht"]
    assert "What you typed before you signed in again is saved." in again.text
    assert Application.objects.get().need == "Nicht verloren"


def test_section_of_one_person_is_nothing_for_another_who_signed_in_since(browser, draft, leyla, jonas):
    browser.force_login(leyla)
    address = reverse("applications:edit", args=[draft.pk, "idea"])
    page = page_at(browser, address) | {"need": "Von Leyla"}
    sign_in_again(browser, jonas.email)

    again = browser.get(send(browser, address, page)["Location"])

    assert (again.context["form"]["need"].value(), Application.objects.get().need) == ("", "")


def test_any_other_form_comes_back_filled_in_and_nothing_is_done(browser, draft, leyla):
    Application.objects.update(state="returned", file_number="FT-2026-0001")
    browser.force_login(leyla)
    address = reverse("applications:move", args=[draft.pk, "withdraw"])
    page = page_at(browser, address) | {"reason": "Wir machen es nächstes Jahr."}
    sign_in_again(browser, leyla.email)

    answer = send(browser, address, page)
    again = browser.get(answer["Location"])

    assert (answer["Location"], said(answer)) == (address, [SENT_BACK])
    assert again.context["form"]["reason"].value() == "Wir machen es nächstes Jahr."
    assert SENT_BACK in again.text
    assert Application.objects.get().state == "returned"


def test_form_comes_back_once_and_is_sent_then(browser, draft, leyla):
    Application.objects.update(state="returned", file_number="FT-2026-0001")
    browser.force_login(leyla)
    address = reverse("applications:move", args=[draft.pk, "withdraw"])
    page = page_at(browser, address) | {"reason": "Wir machen es nächstes Jahr."}
    sign_in_again(browser, leyla.email)

    send(browser, address, page)
    done = send(browser, address, page_at(browser, address))

    assert (done.status_code, Application.objects.get().state) == (302, "withdrawn")
    assert kept.KEY not in browser.session


def test_button_without_input_leads_back_and_asks_to_press_it_again(browser, draft, leyla):
    browser.force_login(leyla)
    address = reverse("applications:consents", args=[draft.pk])
    browser.get(address)
    sign_in_again(browser, leyla.email)

    answer = send(browser, reverse("sign-out"), {}, Referer=f"http://testserver{address}")

    assert (answer["Location"], said(answer)) == (address, [PRESS_AGAIN])
    assert "_auth_user_id" in browser.session


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "", "Referer": ""},
        {"Origin": "", "Referer": "https://evil.example/"},
        {"HX-Request": "true"},
        {"Sec-Fetch-Mode": "cors"},
    ],
)
@pytest.mark.parametrize("name", ["applications:edit", "applications:move"])
def test_nothing_is_kept_of_what_no_page_of_ours_sent(browser, draft, leyla, headers, name):
    browser.force_login(leyla)
    address = reverse(name, args=[draft.pk, "idea" if name == "applications:edit" else "withdraw"])
    page = page_at(browser, address) | {"need": "Fremd", "reason": "Fremd", "csrfmiddlewaretoken": "x" * 64}

    answer = send(browser, address, page, **headers)

    assert answer.status_code == 403
    assert {kept.KEY, stash.KEY} & set(browser.session.keys()) == set()


def test_browser_without_cookies_is_told_so(draft):
    answer = send(Client(enforce_csrf_checks=True), "/sign-in/", {"email": "leyla@wegweiser.example"})

    assert (answer.status_code, answer.templates[0].name) == (403, "403_csrf.html")
