"""Nothing typed is ever lost: the server dies, the session ends, the network goes, somebody else writes as well."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from applications.models import Application
from applications.workflow import State
from tests.factories import make_application, make_organisation, make_user
from tests.journeys.people import Applicant, Browsers, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(programme: Any) -> Application:
    """A draft that could be sent, of somebody who may send it."""
    start = today() + timedelta(weeks=12)
    organisation = make_organisation(programme.municipality, make_user(name="Leyla Aydın"))
    return make_application(programme, organisation, state=State.DRAFT, start=start, end=start + timedelta(days=60))


def writer(draft: Application, browsers: Browsers, section: str) -> Applicant:
    person = Applicant(browsers, draft.organisation.memberships.first().user)
    person.goes(reverse("applications:edit", args=[draft.pk, section]))
    return person


def is_told(person: Applicant, words: str) -> None:
    person.page.locator("#saved", has_text=words).wait_for()


def test_text_is_kept_at_a_pause_and_is_there_in_another_browser(browsers, draft):
    leyla = writer(draft, browsers, "idea")

    leyla.types("Why is it needed?", "Wer neu ist, findet die Ämter")
    is_told(leyla, "Gespeichert")

    again = writer(draft, browsers, "idea")
    assert again.field("Why is it needed?").input_value() == "Wer neu ist, findet die Ämter"
