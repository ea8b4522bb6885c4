"""What goes wrong between people and browsers: double clicks, two tabs, a session that ends while somebody writes."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from applications.models import Application, Letter, Submission
from applications.workflow import State
from budgets.models import Payment
from budgets.workflow import PaymentState
from funding.gate import carry_out
from funding.models import Event
from funding.policies import Role
from review import operations
from tests.factories import (
    CHILDCARE,
    make_application,
    make_grant,
    make_letter,
    make_organisation,
    make_payment,
    make_user,
)
from tests.journeys.people import Applicant, Authoriser, Browsers, Decider, Person, de, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STALE = "Somebody saved something here while you were writing. Your answers are still below: save again."


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def any_browsers(request, new_page, sign_in):
    """With a script the page itself swallows the second click; without one both reach the server."""
    return Browsers(lambda **options: new_page(java_script_enabled=request.param, **options), sign_in, lambda page: [])


def clicks_twice(person: Person, words: str) -> str:
    """Double-click a button; the heading of the page where that ends."""
    with person.page.expect_navigation():
        person.page.get_by_role("button", name=words, exact=True).dblclick()
    person.page.wait_for_load_state("load")
    return person.heading


def kinds(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


@pytest.fixture
def draft(programme: Any) -> Application:
    """A draft that could be sent, of somebody who may send it."""
    applicant = make_user()
    start = today() + timedelta(weeks=12)
    organisation = make_organisation(programme.municipality, applicant)
    return make_application(
        programme, organisation, state=State.DRAFT, plan=CHILDCARE, start=start, end=start + timedelta(days=60)
    )


def applicant_of(draft: Application, browsers: Browsers) -> Applicant:
    return Applicant(browsers, draft.organisation.memberships.get().user)


# --- Double clicks ----------------------------------------------------------------------------------------------------


def test_application_sent_with_a_double_click_is_sent_once(any_browsers, draft):
    leyla = applicant_of(draft, any_browsers)
    leyla.goes(reverse("applications:check", args=[draft.pk]))
    leyla.confirms_everything()

    heading = clicks_twice(leyla, de("Send the application"))

    assert heading == draft.title
    assert (Submission.objects.count(), kinds("application.submit")) == (1, 1)


def test_decision_released_with_a_double_click_makes_one_letter(any_browsers, programme):
    town = programme.municipality
    user = make_user(town, Role.DECIDER)
    case = make_application(
        programme, make_organisation(town), state=State.RECOMMENDED, start=today() + timedelta(weeks=12)
    )
    operations.prepare_decision(
        case, by=user, kind="award", cents=1_000_00, reasons="Kleiner.", deviation_reason="Ohne Beirat."
    )
    decider = Decider(any_browsers, user)
    decider.goes(reverse("review:decide", args=[case.pk]))

    heading = clicks_twice(decider, de("Release now"))

    assert heading == case.title
    assert (Letter.objects.count(), kinds("application.award")) == (1, 1)


def test_payment_ordered_with_a_double_click_is_ordered_once(any_browsers, programme):
    town = programme.municipality
    case = make_application(programme, make_organisation(town), state=State.AWARDED)
    grant = make_grant(case, letter=make_letter(case, notified_on=today()), waived_on=today())
    payment = carry_out(make_payment(grant), "verify", by=make_user(town, Role.VERIFIER))
    authoriser = Authoriser(any_browsers, make_user(town, Role.AUTHORISER))
    authoriser.goes(reverse("budgets:payment_move", args=[payment.pk, "order"]))

    heading = clicks_twice(authoriser, de("Order the payment"))

    assert heading.startswith(de("Payment"))
    assert (Payment.objects.get().state, kinds("payment.order")) == (PaymentState.ORDERED, 1)


# --- Two tabs ---------------------------------------------------------------------------------------------------------


def test_section_saved_in_two_tabs_keeps_the_text_of_the_second(browsers, draft):
    leyla, jonas = applicant_of(draft, browsers), applicant_of(draft, browsers)
    for person, text in ((leyla, "Zwölf Führungen."), (jonas, "Dreizehn Führungen.")):
        person.goes(reverse("applications:edit", args=[draft.pk, "idea"]))
        person.types("What do you want to do?", text)

    leyla.goes_on()
    jonas.goes_on()

    assert de(STALE) in jonas.reads
    assert jonas.field("What do you want to do?").input_value() == "Dreizehn Führungen."
    assert Application.objects.get().summary == "Zwölf Führungen."
    jonas.goes_on()
    assert Application.objects.get().summary == "Dreizehn Führungen."


# --- A session that ends ----------------------------------------------------------------------------------------------


@pytest.fixture
def signed_in_again(browsers, draft, mailoutbox):
    """Somebody whose session ended between typing and saving, and who then signed in by mail."""
    leyla = applicant_of(draft, browsers)
    leyla.goes(reverse("applications:edit", args=[draft.pk, "idea"]))
    leyla.types("Why is it needed?", "Wer neu ist, findet die Ämter nicht.")
    Session.objects.all().delete()
    leyla.goes_on()
    leyla.signs_in_by_mail(leyla.user.email, mailoutbox)
    return leyla


def test_session_that_ended_while_writing_leads_back_to_the_section(signed_in_again, draft):
    assert signed_in_again.page.url.endswith(reverse("applications:edit", args=[draft.pk, "idea"]))
