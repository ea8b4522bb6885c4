"""The applicants' pages in a real browser: from nothing to the sent application, without JavaScript, on a phone."""

from datetime import timedelta

import pytest

from applications.models import Application
from applications.workflow import State
from funding import clock
from tests.factories import make_programme, make_round, make_town, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def programme():
    programme = make_programme(make_town())
    today = clock.today()
    make_round(programme, opens_on=today, closes_on=today + timedelta(days=30))
    return programme


def day(page, name, value):
    for part, number in (("day", value.day), ("month", value.month), ("year", value.year)):
        page.fill(f"[name={name}_{part}]", str(number))


def go_on(page):
    page.click("[name=go]")


def test_newcomer_without_javascript_writes_and_sends(new_page, sign_in, programme):
    page = new_page(java_script_enabled=False, viewport={"width": 360, "height": 800})
    sign_in(page, make_user())
    begins = clock.today() + timedelta(weeks=12)

    page.goto(f"/applications/new/{programme.pk}/")
    page.click("main button[type=submit]")
    page.click(".kern-task-list a >> nth=0")
    page.fill("[name=name]", "Radgruppe Königsborn")
    page.select_option("[name=legal_form]", "unregistered")
    page.fill("[name=representatives]", "Leyla Aydın\nJonas Brink")
    page.fill("[name=street]", "Berliner Allee 28")
    page.fill("[name=postal_code]", "59425")
    page.fill("[name=city]", "Unna")
    go_on(page)
    page.click("main a.kern-btn--primary")
    page.fill("[name=title]", "Radfahren lernen 🚲")
    page.fill("[name=summary]", "Zwölf Frauen lernen Radfahren.")
    page.select_option("[name=action_field]", index=1)
    go_on(page)
    day(page, "start", begins)
    day(page, "end", begins + timedelta(days=60))
    go_on(page)
    page.fill("[name=participants]", "12")
    go_on(page)
    page.select_option("[name=costs-0-category]", label="Material")
    page.fill("[name=costs-0-what]", "Helme")
    page.fill("[name=costs-0-quantity]", "12")
    page.fill("[name=costs-0-unit_price_cents]", "24,50")
    page.click("[name=copy-costs-0]")
    page.fill("[name=costs-1-what]", "Flickzeug")
    page.fill("[name=costs-1-unit_price_cents]", "1.0,5")
    page.click("[name=add-costs]")
    page.fill("[name=costs-2-what]", "gehört nicht hierher")
    page.click("[name=remove-costs-2]")
    page.fill("[name=costs-1-unit_price_cents]", "5,50")
    page.fill("[name=financing-0-amount_cents]", "360")
    page.press("[name=financing-0-amount_cents]", "Enter")  # sends the page, no line button
    page.fill("[name=iban]", "DE02 1203 0000 0000 2020 51")
    page.fill("[name=account_holder]", "Leyla Aydın")
    go_on(page)
    page.check("[name=declared]")
    page.click("main form button[type=submit]")

    case = Application.objects.get()
    assert page.url.endswith(f"/cases/{case.pk}/")
    assert (case.state, case.title) == (State.SUBMITTED, "Radfahren lernen 🚲")
    assert list(case.costs.values_list("what", "unit_price_cents")) == [("Helme", 24_50), ("Flickzeug", 5_50)]
    assert case.consents.count() == 0


def test_pages_of_a_new_draft_have_no_barriers(new_page, sign_in, programme, axe):
    page = new_page(viewport={"width": 320, "height": 800})
    sign_in(page, make_user())
    page.goto(f"/applications/new/{programme.pk}/")
    page.click("main button[type=submit]")
    home = page.url

    found = []
    for path in ("", "organisation/", "idea/", "when/", "people/", "costs/", "bank/", "check/", "upload/"):
        page.goto(home + path)
        if path.count("/") and path not in ("check/", "upload/"):
            page.click("[name=go]")  # with its errors, where something has to be answered
        page.wait_for_load_state()
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [(path, finding) for finding in axe(page)] + ([(path, "wide")] if wide else [])

    assert found == []
