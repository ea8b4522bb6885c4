"""The personal link of an invitation: it names who gets the code and where it leads, and opens nothing alone."""

import pytest
from django.test import Client
from django.urls import reverse

from funding.personal import token_for
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def browser():
    return Client(headers={"accept-language": "en"})


def link(user, name="tasks", *args):
    return reverse("personal", args=[token_for(user, name, *args)])


def test_link_alone_opens_nothing():
    user = make_user()
    client = browser()

    client.get(link(user))
    client.post(link(user))

    assert client.get(reverse("tasks")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_link_tells_nobody_the_address():
    user = make_user(email="gertrud.vogel@example.org")
    client = browser()

    pages = [client.get(link(user)), client.post(link(user), follow=True)]

    for page in pages:
        assert "gertrud" not in page.content.decode()
        assert "g…@example.org" in page.content.decode()


def test_code_goes_to_the_address_of_the_link_and_to_no_other(mailoutbox):
    user = make_user()

    browser().post(link(user), {"email": "fremd@example.org"})

    assert [mail.to for mail in mailoutbox] == [[user.email]]


def test_who_is_signed_in_already_is_led_on():
    user = make_user()
    client = browser()
    client.force_login(user)

    assert client.get(link(user)).headers["location"] == reverse("tasks")


def test_somebody_else_who_is_signed_in_is_told_and_signed_out_by_asking_for_the_code():
    user, other = make_user(), make_user(name="Otto Andere")
    client = browser()
    client.force_login(other)

    page = client.get(link(user))
    client.post(link(user))

    assert "Otto Andere" in page.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("token", ["no-such-token", "WzEsICIvIl0:1abcde:AAAA"])
def test_link_that_was_not_made_here_leads_to_the_sign_in(token):
    response = browser().get(reverse("personal", args=[token]))

    assert response.headers["location"] == reverse("sign-in")


def test_link_of_a_closed_account_leads_to_the_sign_in():
    user = make_user(is_active=False)

    assert browser().post(link(user)).headers["location"] == reverse("sign-in")


def test_too_many_codes_are_a_sentence(mailoutbox):
    user = make_user()

    pages = [browser().post(link(user)) for _number in range(6)]

    assert [page.status_code for page in pages] == [302] * 5 + [200]
    assert "Too many codes were asked for." in pages[-1].content.decode()
    assert len(mailoutbox) == 5
