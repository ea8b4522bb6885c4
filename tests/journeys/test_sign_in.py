"""Signing in on a phone, with JavaScript and without: a newcomer's way to the form, and back after an ended session."""

import pytest
from django.contrib.sessions.models import Session

from tests.factories import make_user
from tests.journeys.people import Applicant, Browsers, de
from tests.test_pages import LOOK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["javascript", "bare"])
def any_browsers(request, new_page, sign_in, axe):
    scan = axe if request.param else lambda page: []
    return Browsers(lambda **options: new_page(java_script_enabled=request.param, **options), sign_in, scan)


def test_newcomer_mistypes_the_code_asks_for_another_and_arrives_where_they_were_going(
    any_browsers, programme, mailoutbox
):
    newcomer = Applicant(any_browsers, viewport=PHONE)
    newcomer.goes(f"/applications/new/{programme.pk}/")
    newcomer.types("Mail address", "neu@post.example")
    newcomer.presses(de("Send me a code"))

    newcomer.types("Code from the mail", "12345")
    newcomer.presses(de("Sign in"), within=newcomer.page.get_by_role("main"))
    mistyped = [*newcomer.page.evaluate(LOOK), *any_browsers.axe(newcomer.page)]
    newcomer.presses(de("Send a new code"))
    said = newcomer.message
    newcomer.types("Code from the mail", mailoutbox[-1].subject[:6])
    newcomer.presses(de("Sign in"), within=newcomer.page.get_by_role("main"))

    assert mistyped == []
    assert said == de("We have sent you a new code. The one before it no longer works.")
    assert newcomer.page.url.endswith(f"/applications/new/{programme.pk}/")
    assert len(mailoutbox) == 2


def test_session_that_ended_on_a_page_leads_back_to_it_after_the_next_sign_in(any_browsers, programme, mailoutbox):
    leyla = Applicant(any_browsers, make_user(email="leyla@wegweiser.example"), viewport=PHONE)
    leyla.goes(f"/applications/new/{programme.pk}/")
    Session.objects.all().delete()

    leyla.presses(de("Start"))
    leyla.signs_in_by_mail("leyla@wegweiser.example", mailoutbox)

    assert leyla.page.url.endswith(f"/applications/new/{programme.pk}/")
