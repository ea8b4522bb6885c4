"""The five questions before the form, from the first page to the draft, and the wrong ways through them."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from applications.models import Application, Organisation
from funding import clock
from funding.models import Programme
from tests.factories import make_application, make_organisation, make_programme, make_round, make_town, make_user

PAGE = "/unna/integration/"
CHECK = f"{PAGE}check/"
ANSWERS = {
    "who": {"legal_form": "unregistered"},
    "where": {"where": "in Königsborn"},
    "when": {
        **{"start_day": "1", "start_month": "6", "start_year": "2026"},
        **{"end_day": "31", "end_month": "10", "end_year": "2026"},
    },
    "for-whom": {"audience": "everybody"},
    "how-much": {"total": "1.500"},
}
IDEA = {
    "slug": "tours",
    "title": {"de": "Führungen", "tr": "Turlar"},
    "summary": {"de": "Menschen zeigen ihr Viertel.", "tr": "İnsanlar mahallelerini gösterir."},
    "goals": {"de": "Zwölf Führungen."},
    "costs": [
        {"category": "material", "what": {"de": "Plan"}, "quantity": "500", "unit_price_cents": 62},
        {"category": "gone", "what": {"de": "Weg"}, "quantity": "1", "unit_price_cents": 1},
    ],
}


@pytest.fixture(autouse=True)
def today():
    with clock.at(date(2026, 3, 16)):
        yield


@pytest.fixture
def programme(db):
    return make_programme(make_town(slug="unna"), slug="integration", ideas=[IDEA])


@pytest.fixture
def applicant(db):
    return make_user()


def walk(client, **changed):
    """Answer all five questions; the address each answer leads to."""
    answers = ANSWERS | {step.replace("_", "-"): typed for step, typed in changed.items()}
    return [client.post(f"{CHECK}{step}/", typed).get("Location") for step, typed in answers.items()]


def errors(answer):
    return {name: list(said) for name, said in answer.context["form"].errors.items()}


# --- Through the questions --------------------------------------------------------------------------------------------


def test_five_questions_lead_one_to_the_next_and_to_yes(client, programme):
    steps = walk(client)
    answer = client.get(f"{CHECK}result/")

    assert steps == [
        *(f"{CHECK}{step}/" for step in ("where", "when", "for-whom", "how-much")),
        f"{CHECK}result/",
    ]
    assert (answer.context["result"].outcome, len(answer.context["given"])) == ("yes", 5)


def test_question_shows_what_was_answered_and_where_one_is(client, programme):
    client.post(f"{CHECK}who/", ANSWERS["who"])

    answer = client.get(f"{CHECK}who/")

    assert (answer.context["form"]["legal_form"].value(), answer.context["number"]) == ("unregistered", 1)


@pytest.mark.parametrize("step", ["where", "how-much", "result"])
def test_question_ahead_of_the_answers_leads_back(client, programme, step):
    assert client.get(f"{CHECK}{step}/")["Location"] == f"{CHECK}who/"


def test_answer_ahead_of_the_others_is_not_kept(client, programme):
    assert client.post(f"{CHECK}how-much/", ANSWERS["how-much"])["Location"] == f"{CHECK}who/"
    assert dict(client.session) == {}


def test_question_that_is_none_is_no_page(client, programme):
    assert client.get(f"{CHECK}why/").status_code == 404


def test_no_ends_the_questions_at_once(client, programme):
    Programme.objects.update(individuals_may_apply=False)

    left = client.post(f"{CHECK}who/", {"legal_form": "individual"})["Location"]
    answer = client.get(left)

    assert (left, answer.context["result"].outcome) == (f"{CHECK}result/", "no")
    assert (len(answer.context["result"].reasons), len(answer.context["result"].elsewhere)) == (1, 1)


def test_start_that_is_near_asks_to_talk(client, programme):
    walk(client, when={"start_day": "20", "start_month": "3", "start_year": "2026"})

    assert client.get(f"{CHECK}result/").context["result"].outcome == "talk"


def test_closed_round_is_a_yes_that_says_when_the_next_opens(client, programme):
    programme.rounds.all().delete()
    make_round(programme, opens_on=date(2026, 5, 1), closes_on=date(2026, 7, 1))
    walk(client)

    with translation.override("en"):
        result = client.get(f"{CHECK}result/", headers={"accept-language": "en"}).context["result"]

    assert (result.outcome, result.notes[0]) == (
        "yes",
        "You can write already, and send it from May 1, 2026, when the next round opens.",
    )


@pytest.mark.parametrize("path", [PAGE, f"{CHECK}who/"])
def test_pages_before_the_form_answer_head(client, programme, path):
    assert client.head(path).status_code == 200


# --- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "typed", "field"),
    [
        ("who", {}, "legal_form"),
        ("who", {"legal_form": "kingdom"}, "legal_form"),
        ("where", {"where": "in Dortmund"}, "where"),
        ("when", {"start_day": "31", "start_month": "2", "start_year": "2026"}, "start"),
        ("when", {"start_day": "1"}, "start"),
        ("when", ANSWERS["when"] | {"end_year": "2025"}, "end"),
        ("for-whom", {"audience": "x" * 10_000}, "audience"),
        ("how-much", {"total": "abc"}, "total"),
        ("how-much", {"total": "0"}, "total"),
        ("how-much", {"total": "-5"}, "total"),
        ("how-much", {"total": "9" * 50}, "total"),
    ],
)
def test_answer_that_cannot_be_says_so_and_stays(client, programme, step, typed, field):
    walk(client)

    answer = client.post(f"{CHECK}{step}/", typed)

    assert (answer.status_code, list(errors(answer)), len(errors(answer)[field])) == (200, [field], 1)


@pytest.mark.parametrize(
    "kept",
    ["text", 7, ["who"], {"answers": "x"}, {"answers": {"who": 5}}, {"answers": {"who": {"legal_form": ["x"]}}}],
)
def test_spoilt_session_counts_as_nothing_answered(client, programme, applicant, kept):
    session = client.session
    session[f"beginning-{programme.pk}"] = kept
    session.save()

    assert client.get(f"{CHECK}result/")["Location"] == f"{CHECK}who/"
    assert client.get(PAGE).context["way"] == "questions"


def test_answer_the_programme_no_longer_offers_is_asked_again(client, programme):
    walk(client)
    Programme.objects.update(taxonomies={"districts": ["Massen"]})

    assert client.get(f"{CHECK}result/")["Location"] == f"{CHECK}where/"


def test_idea_that_is_none_is_no_page(client, programme):
    assert client.post(f"{PAGE}idea/", {"idea": "nothing"}).status_code == 404


# --- Into the draft ---------------------------------------------------------------------------------------------------


def test_answers_survive_the_sign_in_and_stand_in_the_draft(client, programme, applicant):
    walk(client)
    leads_to = client.post(f"{PAGE}begin/")["Location"]
    asked_to_sign_in = client.get(leads_to)["Location"]
    client.force_login(applicant)

    answer = client.get(leads_to)

    draft = Application.objects.get()
    assert asked_to_sign_in == f"/sign-in/?next={leads_to}"
    assert answer["Location"] == f"/applications/{draft.pk}/"
    assert (draft.start, draft.end) == (date(2026, 6, 1), date(2026, 10, 31))
    assert (draft.district, draft.public, draft.short) == ("Königsborn", True, True)
    assert draft.organisation.legal_form == "unregistered"
    assert f"beginning-{programme.pk}" not in client.session


def test_idea_begins_the_draft_with_its_words_and_figures(client, programme, applicant):
    client.post(f"{PAGE}idea/", {"idea": "tours"})
    client.post(f"{PAGE}begin/")
    client.force_login(applicant)

    client.get(f"/applications/new/{programme.pk}/")

    draft = Application.objects.get()
    assert (draft.title, draft.summary, draft.goals, draft.language) == (
        "Führungen",
        "Menschen zeigen ihr Viertel.",
        "Zwölf Führungen.",
        "de",
    )
    assert [(line.what, line.quantity, line.amount_cents) for line in draft.costs.all()] == [
        ("Plan", Decimal(500), 310_00)
    ]
    assert draft.short is True


def test_idea_speaks_the_readers_language_where_the_town_gave_it(programme):
    with translation.override("tr"):
        idea = programme.idea("tours")
        assert (idea.language, idea.title, idea.goals) == ("tr", "Turlar", "Zwölf Führungen.")
    with translation.override("ru"):
        assert (programme.idea("tours").language, programme.idea("tours").title) == ("de", "Führungen")


def test_idea_can_be_left_again(client, programme):
    client.post(f"{PAGE}idea/", {"idea": "tours"})

    client.post(f"{PAGE}idea/", {"idea": ""})

    assert client.get(f"{CHECK}who/").context["idea"] is None


def test_start_page_opened_without_the_button_begins_nothing(client, programme, applicant):
    client.force_login(applicant)

    assert client.get(f"/applications/new/{programme.pk}/").status_code == 200
    assert not Application.objects.exists()


def test_start_page_asked_for_its_head_begins_nothing(client, programme, applicant):
    client.post(f"{PAGE}begin/")
    client.force_login(applicant)

    assert client.head(f"/applications/new/{programme.pk}/").status_code == 200
    assert not Application.objects.exists()


def test_who_has_an_organisation_chooses_and_keeps_its_own_answers(client, programme, applicant):
    make_organisation(programme.municipality, applicant, name="Andere")
    mine = make_organisation(programme.municipality, applicant, name="Wegweiser", legal_form="unregistered")
    walk(client)
    client.post(f"{PAGE}begin/")
    client.force_login(applicant)

    page = client.get(f"/applications/new/{programme.pk}/")
    client.post(f"/applications/new/{programme.pk}/", {"organisation": mine.pk})

    draft = Application.objects.get()
    assert page.context["form"].initial["organisation"] == mine
    assert (draft.organisation, draft.district, Organisation.objects.count()) == (mine, "Königsborn", 2)


def test_who_has_begun_already_is_shown_the_draft(client, programme, applicant):
    draft = make_application(programme, make_organisation(programme.municipality, applicant, name=""))
    client.post(f"{PAGE}begin/")
    client.force_login(applicant)

    answer = client.get(f"/applications/new/{programme.pk}/")

    assert (answer.status_code, answer.context["drafts"]) == (200, [draft])


@pytest.mark.parametrize(("role", "way"), [("administrator", ""), ("decider", ""), ("officer", "paper")])
def test_staff_get_no_button_that_ends_nowhere(client, programme, role, way):
    client.force_login(make_user(programme.municipality, role))

    assert client.get(PAGE).context["way"] == way
    assert client.get(f"{CHECK}who/").context["may_begin"] == (role == "officer")


def test_answers_given_before_lead_straight_to_the_draft(client, programme):
    walk(client)

    assert client.get(PAGE).context["way"] == "begin"
