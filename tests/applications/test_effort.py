"""The short form asks for fifteen inputs at the most, the full form for thirty; and so many are really enough."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from applications import operations
from applications.forms.effort import required_inputs
from applications.models import Application
from applications.workflow import State
from funding import clock
from tests.factories import (
    CHILDCARE,
    make_application,
    make_organisation,
    make_plan,
    make_programme,
    make_town,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_december(settings):
    settings.LANGUAGE_CODE = "en"
    with clock.at(date(2025, 12, 15)), translation.override("en"):
        yield


@pytest.fixture
def programme():
    return make_programme(make_town())


@pytest.mark.parametrize(("short", "at_most", "counted"), [(True, 15, 15), (False, 30, 19)])
def test_form_asks_for_no_more_inputs_than_promised(programme, short, at_most, counted):
    application = operations.start(programme, by=make_user(), short=short)

    assert (required_inputs(application), counted <= at_most) == (counted, True)


def test_inputs_that_count_are_enough_to_send_the_short_form(client, programme):
    user = make_user()
    application = operations.start(programme, by=user, short=True)
    client.force_login(user)
    category = programme.categories.get(slug="material")
    pages = {
        "organisation": {
            "name": "Radgruppe",
            "legal_form": "unregistered",
            "representatives": "Leyla Aydın",
            "street": "Berliner Allee 28",
            "postal_code": "59425",
        },
        "idea": {"title": "Radfahren lernen", "summary": "Zehn Frauen lernen Radfahren."},
        "when": {"start_day": "11", "start_month": "4", "start_year": "2026"},
        "people": {},
        "costs": {"costs-0-category": category.pk, "costs-0-what": "Helme", "costs-0-unit_price_cents": "300"},
        "bank": {"iban": "DE02 1203 0000 0000 2020 51"},
    }

    for section, typed in pages.items():
        url = reverse("applications:edit", args=[application.pk, section])
        form = client.get(url).context["form"]
        offered = {name: value for name in form.questions if (value := form[name].value())}
        offered |= {f"end_{part}": "" for part in ("day", "month", "year")} | {
            "version": form.initial["version"],
            "costs-TOTAL_FORMS": 1,
            "costs-INITIAL_FORMS": 0,
        }
        offered |= {"financing-TOTAL_FORMS": 0, "financing-INITIAL_FORMS": 0}
        assert client.post(url, offered | typed | {"go": "1"}).status_code == 302
    check = reverse("applications:check", args=[application.pk])
    client.post(check, {"version": Application.objects.get().version, "declared": "on"})

    sent = Application.objects.get()
    assert (sent.state, sent.end, sent.organisation.city) == (State.SUBMITTED, date(2026, 4, 11), "Unna")
    assert [(line.kind, line.amount_cents) for line in sent.financing.all()] == [("grant", 300_00)]
    assert sum(len(typed) for typed in pages.values()) + 1 == required_inputs(sent)


def test_plan_that_grows_above_the_limit_brings_the_questions_back_with_what_was_typed(client, programme):
    user = make_user()
    application = make_application(programme, make_organisation(programme.municipality, user), need="Weil.")
    client.force_login(user)
    url = reverse("applications:edit", args=[application.pk, "idea"])

    short = client.get(url).context["form"].questions
    make_plan(application, CHILDCARE)
    full = client.get(url).context["form"].questions

    assert ("need" in short, "goals" in short) == (True, False)
    assert set(full) - set(short) == {"goals", "remains"}


def test_copy_takes_texts_and_plan_and_leaves_days_and_consents(client, programme):
    user = make_user()
    application = make_application(programme, make_organisation(programme.municipality, user), state=State.AWARDED)
    operations.set_consents(application, ["photos"], by=user)
    client.force_login(user)

    answer = client.post(reverse("applications:copy", args=[application.pk]))

    draft = Application.objects.get(state=State.DRAFT)
    assert answer.url == reverse("applications:detail", args=[draft.pk])
    assert (draft.title, draft.summary, draft.costs.count()) == (application.title, application.summary, 4)
    assert (draft.start, draft.end, draft.declared, draft.consents.count()) == (None, None, {}, 0)


def test_second_application_shows_name_and_account_instead_of_asking_again(client, programme):
    user = make_user()
    organisation = make_organisation(programme.municipality, user)
    make_application(programme, organisation, state=State.AWARDED)
    draft = operations.start(programme, by=user, organisation=organisation)
    client.force_login(user)

    known = client.get(reverse("applications:edit", args=[draft.pk, "bank"]))
    asked = client.get(reverse("applications:edit", args=[draft.pk, "bank"]) + "?change=1")
    tasks = client.get(reverse("applications:detail", args=[draft.pk])).context["tasks"]

    assert ("form" in known.context, "form" in asked.context) == (False, True)
    assert [task.status for task in tasks if str(task.title) in ("Who you are", "Bank account")] == ["done", "done"]


def test_consent_is_taken_back_after_sending_and_keeps_its_wording(client, programme):
    user = make_user()
    application = make_application(programme, make_organisation(programme.municipality, user), state=State.SUBMITTED)
    operations.set_consents(application, ["photos"], by=user)
    client.force_login(user)

    client.post(reverse("applications:consents", args=[application.pk]), {"revoke": "photos"})

    consent = application.consents.get()
    assert (consent.version, consent.revoked_at is not None) == ("2026-11", True)
