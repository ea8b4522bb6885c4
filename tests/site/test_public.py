"""The pages everybody may read, and what the frame shows to whom."""

from datetime import date

import pytest
from django.utils import translation

from budgets.operations import open_year, post
from funding import clock
from funding.models import Programme
from funding.policies import SYSTEM
from funding.programmes import RESERVED_SLUGS
from funding.site.meter import Meter
from funding.site.urls import urlpatterns
from funding.urls import urlpatterns as all_patterns
from tests.factories import make_application, make_organisation, make_programme, make_round, make_town, make_user


@pytest.fixture
def town(db):
    return make_town(slug="unna")


@pytest.fixture
def programme(town):
    return make_programme(town, slug="integration", summary="Kleine Projekte.")


def at(day, client, path):
    with clock.at(day):
        return client.get(path)


def test_home_lists_programmes_with_an_open_round(client, programme, town):
    make_round(make_programme(town, name="Geschlossen"), closes_on=date(2026, 1, 31))
    Programme.objects.get(name="Geschlossen").rounds.filter(closes_on=date(2026, 12, 31)).delete()

    rounds = at(date(2026, 3, 16), client, "/").context["rounds"]

    assert [entry.programme for entry in rounds] == [programme]


def test_home_without_a_round_says_so(client, db):
    answer = client.get("/")

    assert (answer.status_code, list(answer.context["rounds"])) == (200, [])


def test_home_leads_signed_in_people_to_their_tasks(client, db):
    client.force_login(make_user())

    assert client.get("/")["Location"] == "/tasks/"


def test_home_lists_under_constant_queries(client, programme, town, django_assert_num_queries):
    with clock.at(date(2026, 3, 16)):
        with django_assert_num_queries(1):
            client.get("/")
        make_programme(town)
        make_programme(town)
        with django_assert_num_queries(1):
            client.get("/")


def test_programme_page_says_what_is_left_and_until_when(client, programme):
    case = make_application(programme, make_organisation(programme.municipality), state="recommended")
    with clock.at(date(2026, 3, 16)):
        pot = open_year(programme, 2026, by=SYSTEM)
        post(pot, "commit", 1_000_00, by=SYSTEM, application=case)
        post(pot, "reserve", 500_00, by=SYSTEM, application=case)  # a prepared decision: nobody outside may know
        answer = client.get("/unna/integration/")

    assert answer.context["meter"] == Meter(2026, 20_000_00, 19_000_00)
    assert answer.context["open_round"].closes_on == date(2026, 12, 31)
    assert answer.context["way"] == "questions"


def test_programme_page_without_a_round_names_the_next_one(client, programme):
    programme.rounds.all().delete()
    coming = make_round(programme, opens_on=date(2027, 1, 1), closes_on=date(2027, 3, 1))

    answer = at(date(2026, 3, 16), client, "/unna/integration/")

    assert (answer.context["open_round"], answer.context["next_round"]) == (None, coming)


def test_programme_page_without_a_budget_shows_no_pot(client, town):
    make_programme(town, slug="leer", budget_per_year_cents=None, cap_per_project_cents=None)

    assert client.get("/unna/leer/").context["meter"] is None


@pytest.mark.parametrize("path", ["/unna/nothing/", "/kamen/integration/", "/people/integration/"])
def test_programme_that_is_none_is_no_page(client, programme, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/imprint/", "/privacy/", "/accessibility/"])
def test_page_about_the_site_names_the_town_and_its_contact(client, town, path):
    text = client.get(path).content.decode()

    assert (town.name in text, town.email in text) == (True, True)


def test_every_first_part_of_an_address_is_kept_from_being_a_town():
    firsts = {str(pattern.pattern).split("/")[0] for pattern in [*urlpatterns, *all_patterns]}

    assert {first for first in firsts if first and "<" not in first} <= RESERVED_SLUGS


# --- The frame --------------------------------------------------------------------------------------------------------


def frame_of(client, user, path="/imprint/"):
    client.force_login(user)
    return client.get(path).context["frame"]


@pytest.mark.parametrize(
    ("roles", "urls"),
    [
        ((), ["/tasks/", "/applications/", "/review/conversations/"]),
        (
            ("officer",),
            [
                "/tasks/",
                "/applications/",
                "/review/conversations/",
                "/review/meetings/",
                "/review/decisions/",
                "/money/",
                "/review/advice/",
                "/outbox/",
            ],
        ),
        (("board",), ["/tasks/", "/review/meetings/"]),
        (("decider",), ["/tasks/", "/applications/", "/review/meetings/", "/review/decisions/", "/money/"]),
        (("verifier",), ["/tasks/", "/money/", "/money/payments/"]),
        (("authoriser",), ["/tasks/", "/money/", "/money/payments/"]),
        (("cashier",), ["/tasks/", "/money/", "/money/payments/"]),
        (
            ("auditor",),
            [
                "/tasks/",
                "/applications/",
                "/review/meetings/",
                "/review/decisions/",
                "/money/",
                "/money/payments/",
                "/review/advice/",
                "/outbox/",
                "/audit/",
            ],
        ),
        (("administrator",), ["/tasks/", "/people/", "/review/board/", "/programmes/"]),
    ],
)
def test_menu_holds_what_the_person_can_use(client, town, roles, urls):
    user = make_user(town, *roles)

    assert [entry.url for entry in frame_of(client, user)["nav"]] == urls


@pytest.mark.parametrize(
    "role", ["", "officer", "board", "decider", "verifier", "authoriser", "cashier", "auditor", "administrator"]
)
def test_every_entry_of_the_menu_opens(client, town, role):
    user = make_user(town, *([role] if role else []))

    found = {entry.url: client.get(entry.url).status_code for entry in frame_of(client, user)["nav"]}

    assert set(found.values()) == {200}


def test_menu_marks_one_entry(client, town):
    user = make_user(town, "auditor")

    current = [entry.url for entry in frame_of(client, user, "/money/payments/")["nav"] if entry.current]

    assert current == ["/money/payments/"]


def test_brand_is_the_town_of_somebody_who_works_for_one(client, town):
    both = make_user(town, "officer")
    both.assignments.create(municipality=make_town(name="Stadt Kamen"), role="officer")

    assert frame_of(client, make_user(town, "officer"))["brand"] == "Kreisstadt Unna"
    assert frame_of(client, both)["brand"] == "Fördertopf"


def test_frame_of_nobody_shows_no_menu(client, db):
    frame = client.get("/imprint/").context["frame"]

    assert (frame["person"], frame["nav"], frame["home"]) == ("", [], "/")


# --- The budget meter, the texts, the contact -------------------------------------------------------------------------


def meter_of(client, programme, shown=""):
    with clock.at(date(2026, 3, 16)):
        return client.get(f"/unna/{programme.slug}/meter/", {"shown": shown}, headers={"hx-request": "true"})


def test_meter_is_drawn_with_its_figures_in_words(client, programme):
    text = meter_of(client, programme).content.decode()

    assert 'role="img" aria-labelledby="meter-title meter-figures"' in text
    assert "style=" not in text
    assert "20.000,00" in text.partition("<desc")[2].partition("</desc>")[0]


def test_meter_that_shows_the_figures_of_now_is_left_alone(client, programme):
    answer = meter_of(client, programme, shown=Meter(2026, 20_000_00, 20_000_00).mark)

    assert (answer.status_code, answer.content) == (204, b"")


def test_meter_changes_when_money_was_promised(client, programme):
    case = make_application(programme, make_organisation(programme.municipality), state="recommended")
    with clock.at(date(2026, 3, 16)):
        post(open_year(programme, 2026, by=SYSTEM), "commit", 1_000_00, by=SYSTEM, application=case)

    answer = meter_of(client, programme, shown=Meter(2026, 20_000_00, 20_000_00).mark)

    assert answer.context["meter"].free_cents == 19_000_00


def test_meter_opened_as_a_page_leads_to_the_programme(client, programme):
    assert client.get("/unna/integration/meter/")["Location"] == "/unna/integration/"


def test_programme_speaks_the_readers_language_where_the_town_gave_it(programme):
    programme.texts = {"en": {"summary": "Small projects.", "words": {"Material": "Things"}}}
    with translation.override("en"):
        said = (programme.shown_summary, programme.shown_name, programme.word("Material"), programme.word("Mieten"))
    with translation.override("tr"):
        other = programme.shown_summary

    assert said == ("Small projects.", programme.name, "Things", "Mieten")
    assert other == "Kleine Projekte."


def test_contact_is_the_programmes_and_else_the_towns(client, programme):
    Programme.objects.update(contact_name="Nermin Sander", contact_phone="02303 103-1")

    contact = client.get("/unna/integration/").context["programme"].contact

    assert (contact.name, contact.phone, contact.email) == (
        "Nermin Sander",
        "02303 103-1",
        programme.municipality.email,
    )


def test_home_lists_a_programme_once_and_those_to_come_last(client, programme, town):
    make_round(programme, closes_on=date(2026, 4, 1))
    coming = make_programme(town, name="Kommt")
    coming.rounds.all().delete()
    make_round(coming, opens_on=date(2026, 3, 17), closes_on=date(2026, 3, 18))

    rounds = at(date(2026, 3, 16), client, "/").context["rounds"]

    assert [(entry.programme, entry.closes_on) for entry in rounds] == [
        (programme, date(2026, 4, 1)),
        (coming, date(2026, 3, 18)),
    ]


def test_poster_says_what_is_funded_in_each_language_and_leads_to_the_programme(client, programme):
    Programme.objects.update(texts={"ar": {"summary": "مشاريع صغيرة."}})

    context = client.get("/unna/integration/poster/").context

    assert context["languages"] == [("de", False, "Kleine Projekte."), ("ar", True, "مشاريع صغيرة.")]
    assert context["address"] == "http://testserver/unna/integration/"
    assert (context["size"], context["path"][:11]) == (37, "M4 4h1v1h-1")
