"""The administrator's pages: people, town, programmes, rounds; and that they open no case."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from funding.models import Assignment, Event, Municipality, Programme, Round, User
from funding.programmes import FOLDER
from tests.factories import make_application, make_organisation, make_programme, make_town, make_user

UNNA = (FOLDER / "unna.toml").read_bytes()
DAYS = {
    "opens_on": (1, 1, 2027),
    "closes_on": (31, 3, 2027),
    "board_meets_on": (15, 4, 2027),
    "answer_by": (1, 5, 2027),
}


@pytest.fixture
def town(db):
    return make_town(slug="unna")


@pytest.fixture
def administrator(town, client):
    user = make_user(town, "administrator", name="Katrin Schulte")
    client.force_login(user)
    return user


def days(**more):
    return {
        f"{name}_{part}": value
        for name, parts in (DAYS | more).items()
        for part, value in zip(("day", "month", "year"), parts, strict=True)
    }


def refusals(answer):
    return list(map(str, answer.context["form"].non_field_errors()))


# --- People -----------------------------------------------------------------------------------------------------------


def test_administrator_gives_a_role_to_a_new_person(client, town, administrator):
    answer = client.post(
        "/people/new/", {"town": town.pk, "email": "Neu@unna.example", "name": "Neu", "role": "officer"}
    )

    entry = Assignment.objects.get(user__email="neu@unna.example")
    assert (answer.status_code, answer["Location"]) == (302, "/people/")
    assert (entry.role, entry.municipality, entry.user.name) == ("officer", town, "Neu")
    assert Event.objects.get().kind == "role.give"


def test_role_given_twice_is_refused_and_keeps_what_was_typed(client, town, administrator):
    make_user(town, "officer", email="neu@unna.example")

    answer = client.post("/people/new/", {"town": town.pk, "email": "neu@unna.example", "name": "X", "role": "officer"})

    assert len(refusals(answer)) == 1
    assert answer.context["form"]["name"].value() == "X"


def test_role_does_not_rename_somebody_who_has_a_name(client, town, administrator):
    make_user(name="Eigener Name", email="neu@unna.example")

    client.post("/people/new/", {"town": town.pk, "email": "neu@unna.example", "name": "Anders", "role": "board"})

    assert User.objects.get(email="neu@unna.example").name == "Eigener Name"


def test_role_in_a_foreign_town_cannot_be_given(client, administrator):
    other = make_town()

    answer = client.post("/people/new/", {"town": other.pk, "email": "a@b.example", "name": "X", "role": "officer"})

    assert "town" in answer.context["form"].errors
    assert Assignment.objects.filter(municipality=other).count() == 0


def test_role_is_taken_away(client, town, administrator):
    officer = make_user(town, "officer")

    client.post(f"/people/{officer.assignments.get().pk}/remove/")

    assert officer.assignments.count() == 0
    assert Assignment.history.filter(history_type="-").get().history_user == administrator


def test_last_administrator_stays(client, town, administrator):
    client.post(f"/people/{administrator.assignments.get().pk}/remove/")

    assert administrator.assignments.count() == 1


def test_role_of_a_foreign_town_is_no_page(client, administrator):
    foreign = make_user(make_town(), "officer").assignments.get()

    assert client.post(f"/people/{foreign.pk}/remove/").status_code == 404
    assert Assignment.objects.filter(pk=foreign.pk).exists()


def test_people_of_foreign_towns_are_not_listed(client, administrator):
    make_user(make_town(), "officer", name="Fremde Person", email="fremd@kamen.example")

    page = client.get("/people/").content.decode()

    assert ("Fremde Person" in page, "fremd@kamen.example" in page) == (False, False)


def test_people_are_listed_under_constant_queries(client, town, administrator, django_assert_num_queries):
    with django_assert_num_queries(6):
        client.get("/people/")

    make_user(town, "officer", "decider")
    with django_assert_num_queries(6):
        client.get("/people/?q=")


# --- Town -------------------------------------------------------------------------------------------------------------

LETTERHEAD = {
    "name": "Kreisstadt Unna",
    "state": "NW",
    "office": "Fachbereich Wohnen",
    "street": "Rathausplatz 1",
    "postal_code": "59423",
    "city": "Unna",
    "remedy": "action",
    "court": "Verwaltungsgericht Gelsenkirchen",
    "court_address": "Bahnhofsvorplatz 3, 45879 Gelsenkirchen",
    "payment_channel": "sepa",
    "languages": ["de", "tr"],
}


def test_administrator_changes_the_letterhead(client, town, administrator):
    answer = client.post(f"/towns/{town.pk}/", LETTERHEAD)

    town.refresh_from_db()
    assert (answer.status_code, town.office, town.payment_channel) == (302, "Fachbereich Wohnen", "sepa")
    assert town.history.first().history_user == administrator
    assert Event.objects.get().kind == "municipality.settings"


def test_letterhead_with_a_wrong_iban_keeps_what_was_typed(client, town, administrator):
    answer = client.post(f"/towns/{town.pk}/", {**LETTERHEAD, "iban": "DE02 1203 0000 0000 2020 52"})

    assert "iban" in answer.context["form"].errors
    assert answer.context["form"]["iban"].value() == "DE02 1203 0000 0000 2020 52"


def test_foreign_town_is_no_page(client, administrator):
    assert client.get(f"/towns/{make_town().pk}/").status_code == 404


# --- Programmes and rounds --------------------------------------------------------------------------------------------


def upload(content):
    return {"file": SimpleUploadedFile("unna.toml", content)}


def test_administrator_loads_a_programme_file(client, town, administrator):
    answer = client.post("/programmes/upload/", upload(UNNA))

    assert (answer.status_code, Programme.objects.get().cap_per_project_cents) == (302, 5_000_00)


@pytest.mark.parametrize(
    "content",
    [
        UNNA.replace(b'slug = "unna"', b'slug = "kamen"'),
        b"this is no TOML",
        UNNA.replace(b"[programme]", b"[programme]\nx=1"),
    ],
    ids=["another town", "no TOML", "unknown key"],
)
def test_programme_file_that_cannot_be_used_is_refused(client, town, administrator, content):
    answer = client.post("/programmes/upload/", upload(content))

    assert len(refusals(answer)) == 1
    assert (Programme.objects.count(), Municipality.objects.count()) == (0, 1)


def test_administrator_changes_settings(client, town, administrator):
    programme = make_programme(town)
    page = client.get(f"/programmes/{programme.pk}/")
    values = {field.name: field.value() for field in page.context["form"] if field.value() not in (None, False)}
    values |= {"cap_per_project_cents": "6.000,00", "minor_change_cents": "500,00", "small_claim_cents": "25,00"}

    answer = client.post(f"/programmes/{programme.pk}/", values | {"budget_per_year_cents": "20.000,00"})

    programme.refresh_from_db()
    assert (answer.status_code, programme.cap_per_project_cents) == (302, 6_000_00)


def test_administrator_names_who_advises_and_writes_the_summary_in_each_language(client, town, administrator):
    type(town).objects.update(languages=["de", "tr"])
    programme = make_programme(town, texts={"tr": {"words": {"Mieten": "Kira"}}, "ru": {"summary": "Проекты."}})
    page = client.get(f"/programmes/{programme.pk}/")
    values = {field.name: field.value() for field in page.context["form"] if field.value() not in (None, False)}
    values |= {"contact_name": "Nermin Sander", "summary_tr": "Küçük projeler."}

    client.post(f"/programmes/{programme.pk}/", values)

    programme.refresh_from_db()
    assert programme.contact_name == "Nermin Sander"
    assert programme.texts == {
        "tr": {"words": {"Mieten": "Kira"}, "summary": "Küçük projeler."},
        "ru": {"summary": "Проекты."},
    }


def test_round_is_opened_with_its_promises(client, town, administrator):
    programme = make_programme(town)

    answer = client.post(f"/programmes/{programme.pk}/rounds/new/", {"name": "Frühjahr", **days()})

    entry = Round.objects.get(name="Frühjahr")
    assert answer.status_code == 302
    assert (entry.opens_on, entry.closes_on, entry.answer_by) == (date(2027, 1, 1), date(2027, 3, 31), date(2027, 5, 1))


def test_round_of_an_unfinished_programme_is_refused_with_what_is_missing(client, town, administrator):
    programme = make_programme(town, cap_per_project_cents=None, budget_per_year_cents=None)
    programme.categories.all().delete()

    answer = client.post(f"/programmes/{programme.pk}/rounds/new/", {"name": "Frühjahr", **days()})

    [sentence] = refusals(answer)
    assert all(str(name) in sentence for name in programme.missing_for_round())
    assert (len(programme.missing_for_round()), Round.objects.filter(name="Frühjahr").count()) == (3, 0)


def test_round_with_days_in_the_wrong_order_keeps_what_was_typed(client, town, administrator):
    programme = make_programme(town)

    answer = client.post(
        f"/programmes/{programme.pk}/rounds/new/", {"name": "Frühjahr", **days(closes_on=(31, 12, 2026))}
    )

    assert list(answer.context["form"].errors) == ["closes_on"]
    assert answer.context["form"]["name"].value() == "Frühjahr"


def test_programmes_are_listed_under_constant_queries(client, town, administrator, django_assert_num_queries):
    make_programme(town)
    with django_assert_num_queries(8):
        client.get("/programmes/")

    make_programme(town)
    make_programme(town)
    with django_assert_num_queries(8):
        client.get("/programmes/")


# --- Who may not ------------------------------------------------------------------------------------------------------

PAGES = ["/people/", "/people/new/", "/programmes/", "/programmes/upload/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "roles", [(), ("officer",), ("decider", "auditor", "cashier", "verifier", "authoriser", "board")]
)
def test_pages_of_the_administrator_are_forbidden_to_others(client, town, path, roles):
    client.force_login(make_user(town, *roles))

    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_the_administrator_need_a_signed_in_person(client, db, path):
    assert client.get(path)["Location"] == f"/sign-in/?next={path}"


def test_administrator_sees_no_case(client, town, administrator):
    case = make_application(make_programme(town), make_organisation(town), state="submitted")

    assert client.get(f"/cases/{case.pk}/").status_code == 404
