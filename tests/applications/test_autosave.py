"""What is typed is kept at every pause, right or wrong, and nobody overwrites anybody silently."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from applications import operations
from applications.models import Application
from applications.operations import Overtaken, Sent
from applications.views import stash
from funding import clock
from tests.factories import CHILDCARE, make_application, make_organisation, make_programme, make_town, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_december_in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with clock.at(date(2025, 12, 15)), translation.override("en"):
        yield


@pytest.fixture
def leyla():
    return make_user(name="Leyla Aydın")


@pytest.fixture
def jonas():
    return make_user(name="Jonas Brink")


@pytest.fixture
def draft(leyla, jonas):
    town = make_town()
    organisation = make_organisation(town, leyla)
    organisation.memberships.create(municipality=town, user=jonas, right="submit")
    return make_application(make_programme(town), organisation, plan=CHILDCARE)


def stored(draft: Application) -> Application:
    return Application.objects.get(pk=draft.pk)


def url(name: str, draft: Application, section: str) -> str:
    return reverse(f"applications:{name}", args=[draft.pk, section])


def typed(draft, user, section, changed, **inputs):
    """What a page that was made now sends."""
    page = {"version": stored(draft).progress(section).version, "page": stash.page_of(user, draft)}
    return {**page, **inputs, "changed": changed}


# --- Keeping ----------------------------------------------------------------------------------------------------------


def test_autosave_keeps_the_answer_and_writes_no_history(client, draft, leyla):
    client.force_login(leyla)
    rows = draft.history.count()

    answer = client.post(url("autosave", draft, "idea"), typed(draft, leyla, "idea", ["need"], need="Weil sie fehlt."))

    assert (answer.status_code, stored(draft).need, draft.history.count()) == (200, "Weil sie fehlt.", rows)
    assert stored(draft).version == draft.version + 1


def test_leaving_the_page_writes_the_history(draft, leyla):
    operations.autosave(draft, "idea", Sent({"need": "Weil"}, version=0, page="a"), by=leyla)
    operations.save_answers(draft, "idea", Sent({"need": "Weil"}, version=0, page="a"), by=leyla)

    latest = draft.history.first()
    assert (latest.need, latest.history_user, latest.history_change_reason) == ("Weil", leyla, "idea")


@pytest.mark.parametrize(
    ("section", "inputs", "name", "shown"),
    [
        ("when", {"start_day": "31", "start_month": "2", "start_year": ""}, "start", 'value="31"'),
        ("bank", {"iban": "DE03 1203"}, "iban", "DE03 1203"),
        ("people", {"participants": "ungefähr 80"}, "participants", "ungefähr 80"),
        ("idea", {"summary": "x" * 100_000}, "summary", "x" * 100_000),
    ],
)
def test_answer_that_cannot_be_read_yet_is_kept_shown_with_its_sentence_and_holds_the_application_back(
    client, draft, leyla, section, inputs, name, shown
):
    client.force_login(leyla)

    client.post(url("autosave", draft, section), typed(draft, leyla, section, list(inputs), **inputs))

    page = client.get(url("edit", draft, section) + "?change=1")
    assert list(page.context["form"].errors) == [name]
    assert shown in page.content.decode()
    assert operations.hindrances(stored(draft), date(2025, 12, 15)) == [f"unclear-{section}"]


def test_answer_that_became_right_is_no_longer_kept_as_typed(draft, leyla):
    operations.autosave(draft, "bank", Sent(typed={"iban": "DE0"}, version=0, page="a"), by=leyla)
    operations.autosave(draft, "bank", Sent({"iban": "DE02120300000000202051"}, version=0, page="a"), by=leyla)

    assert (stored(draft).progress("bank").typed, stored(draft).unclear) == ({}, [])
    assert stored(draft).organisation.iban == "DE02120300000000202051"


def test_name_of_a_group_loses_invisible_marks_and_keeps_its_emoji(client, draft, leyla):
    client.force_login(leyla)

    client.post(
        url("autosave", draft, "organisation"),
        typed(draft, leyla, "organisation", ["name"], name="\u202eRad\u200bgruppe \U0001f6b2"),
    )

    assert stored(draft).organisation.name == "Radgruppe \U0001f6b2"


def test_dates_reversed_are_kept_and_named(client, draft, leyla):
    client.force_login(leyla)
    dates = {"start_day": "1", "start_month": "5", "start_year": "2026"}
    dates |= {"end_day": "1", "end_month": "4", "end_year": "2026"}

    client.post(url("edit", draft, "when"), typed(draft, leyla, "when", [], **dates, go="1"))

    assert stored(draft).progress("when").typed == {"end": ["1", "4", "2026"]}
    assert stored(draft).start == date(2026, 5, 1)


def test_more_text_than_anybody_can_read_is_refused_with_a_sentence(client, draft, leyla):
    client.force_login(leyla)

    answer = client.post(
        url("autosave", draft, "idea"), typed(draft, leyla, "idea", ["summary"], summary="x" * 400_000)
    )

    assert answer.status_code == 409
    assert "This is too much text to be kept. Please shorten it." in answer.content.decode()


def test_autosave_of_a_case_that_was_sent_is_refused(client, draft, leyla):
    client.force_login(leyla)
    operations.submit(draft, by=leyla)

    answer = client.post(url("autosave", draft, "idea"), typed(draft, leyla, "idea", ["need"], need="Zu spät"))

    assert (answer.status_code, stored(draft).need) == (409, "")


def test_lines_of_a_plan_are_kept_as_typed_until_they_are_right(client, draft, leyla):
    client.force_login(leyla)
    names = ["costs-0-what", "costs-0-unit_price_cents"]
    wrong = {"costs-0-what": "Helme", "costs-0-unit_price_cents": "zwölf", "costs-0-quantity": "3"}

    client.post(url("autosave", draft, "costs"), typed(draft, leyla, "costs", names, **wrong))

    assert stored(draft).costs.count() == 4
    page = client.get(url("edit", draft, "costs"))
    assert [line["what"].value() for line in page.context["formsets"][0]] == ["Helme"]


# --- Two at once ------------------------------------------------------------------------------------------------------


def test_answer_of_somebody_else_is_not_overwritten_but_named(client, draft, leyla, jonas):
    page = typed(draft, jonas, "idea", ["need"], need="Von Jonas")
    operations.autosave(draft, "idea", Sent({"need": "Von Leyla"}, version=0, page="a"), by=leyla)
    client.force_login(jonas)

    answer = client.post(url("autosave", draft, "idea"), page)

    assert (answer.status_code, stored(draft).need) == (409, "Von Leyla")
    text = answer.content.decode()
    assert ("Leyla Aydın changed this (just now):" in text, "Von Leyla" in text) == (True, True)
    assert 'name="known-need" value="0"' in text


def test_answers_of_two_people_in_different_fields_are_both_kept(draft, leyla, jonas):
    operations.autosave(draft, "idea", Sent({"need": "Von Leyla"}, version=0, page="a"), by=leyla)

    kept = operations.autosave(draft, "idea", Sent({"goals": "Von Jonas"}, version=0, page="b"), by=jonas)

    assert (stored(draft).need, stored(draft).goals) == ("Von Leyla", "Von Jonas")
    assert ([other.name for other in kept.others], kept.conflicts) == (["need"], [])


def test_saving_a_page_leaves_what_it_only_showed_as_the_other_wrote_it(draft, leyla, jonas):
    operations.autosave(draft, "idea", Sent({"need": "Von Leyla"}, version=0, page="a"), by=leyla)

    operations.save_answers(draft, "idea", Sent({"need": "", "goals": "Von Jonas"}, version=0, page="b"), by=jonas)

    assert (stored(draft).need, stored(draft).goals) == ("Von Leyla", "Von Jonas")


def test_page_never_meets_itself(draft, leyla):
    operations.autosave(draft, "idea", Sent({"need": "We"}, version=0, page="a"), by=leyla)

    kept = operations.autosave(draft, "idea", Sent({"need": "Weil"}, version=0, page="a"), by=leyla)

    assert (stored(draft).need, kept.others) == ("Weil", [])


def test_two_drafts_of_one_organisation_share_its_answers_and_their_versions(draft, leyla, jonas):
    second = make_application(draft.programme, draft.organisation)
    operations.autosave(draft, "organisation", Sent({"city": "Unna-Mitte"}, version=0, page="a"), by=leyla)

    with pytest.raises(Overtaken):
        operations.save_answers(second, "organisation", Sent({"city": "Kamen"}, version=0, page="b"), by=jonas)


@pytest.mark.parametrize(("choice", "expected"), [("take", "Von Leyla"), ("keep", "Von Jonas")])
def test_choice_without_a_script_takes_the_other_text_or_keeps_mine(client, draft, leyla, jonas, choice, expected):
    operations.autosave(draft, "idea", Sent({"need": "Von Leyla"}, version=0, page="a"), by=leyla)
    client.force_login(jonas)
    page = typed(draft, jonas, "idea", [], need="Von Jonas", title="Neu", **{choice: "need"}) | {"version": 0}

    answer = client.post(url("edit", draft, "idea"), page)

    assert answer.status_code == 200
    shown = answer.context["form"]["need"].value()
    assert (stored(draft).need, shown, stored(draft).title) == (expected, expected, "Neu")


# --- Signed out -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["edit", "autosave"])
def test_text_sent_without_a_sign_in_is_there_for_the_same_person_after_it(client, draft, leyla, name):
    page = typed(draft, leyla, "idea", ["need"], need="Nicht verloren")

    client.post(url(name, draft, "idea"), page)
    client.force_login(leyla)
    answer = client.get(url("edit", draft, "idea"))

    assert answer.context["form"]["need"].value() == "Nicht verloren"
    assert (stored(draft).need, client.session.get(stash.KEY)) == ("Nicht verloren", {})


def test_text_sent_without_a_sign_in_is_nobody_elses(client, draft, leyla, jonas):
    client.post(url("edit", draft, "idea"), typed(draft, leyla, "idea", ["need"], need="Von Leyla"))
    client.force_login(jonas)

    answer = client.get(url("edit", draft, "idea"))

    assert (answer.context["form"]["need"].value(), stored(draft).need) == ("", "")
    assert client.session.get(stash.KEY) == {}


def test_text_from_no_page_of_ours_is_not_kept(client, draft):
    client.post(url("edit", draft, "idea"), {"need": "Fremd", "page": "1.1.x:y", "version": 0})

    assert stash.KEY not in client.session


def test_page_that_did_not_arrive_completely_changes_nothing(client, draft, leyla):
    client.force_login(leyla)

    answer = client.post(url("edit", draft, "idea"), {"need": "", "title": ""})

    assert (answer.status_code, stored(draft).title) == (200, draft.title)
    assert answer.context["form"].errors["version"] == ["The page did not arrive completely. Please send it once more."]
