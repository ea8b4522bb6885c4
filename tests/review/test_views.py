"""The pages of the review: the happy act, what was typed stays, who may, what the excluded never see."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application, Letter
from applications.workflow import State
from funding import clock
from funding.models import Assignment, Message
from funding.policies import Role
from funding.templatetags.show import eur
from review import operations
from review.models import BiasDeclaration, CheckResult, CostCut, Decision, Meeting, Motion, Recommendation, Vote
from tests.factories import make_decision, make_letter, make_town, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def fresh(case):
    return Application.objects.get(pk=case.pk)


def url(name, *args):
    return reverse(f"review:{name}", args=args)


def said(response):
    return [str(message) for message in response.wsgi_request._messages]


def day(value, name="held_on"):
    return {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}


def errors(response):
    form = response.context["form"]
    return {name: [str(error) for error in found] for name, found in form.errors.items()}


# --- The officer's desk -----------------------------------------------------------------------------------------------


def checked_points(**changes):
    data = {"version": "0"}
    for code in ("applicant", "place", "not-begun", "plan"):
        data |= {f"result-{code}": "yes", f"note-{code}": ""}
    return data | changes


def test_check_shows_findings_and_saves_every_point(review):
    case = review.case(state=State.SUBMITTED)
    client = signed_in(review.officer)
    page = client.get(url("check", case.pk))

    response = client.post(url("check", case.pk), checked_points())

    suggested = [row["result"].value() for row in page.context["form"].rows()]
    assert (page.status_code, suggested) == (200, ["yes"] * 4)
    assert response.headers["location"] == url("check", case.pk)
    assert CheckResult.objects.filter(application=case, result="yes", checked_by=review.officer).count() == 4


def test_fit_with_the_concept_is_asked_where_the_programme_has_words_for_it(review):
    review.programme.concept_fit = ["positiv", "neutral", "negativ"]
    review.programme.save()
    case, client = review.case(state=State.SUBMITTED), signed_in(review.officer)
    before = client.get(url("check", case.pk))

    client.post(url("check", case.pk), {"fit": "positiv", "fit_sentence": "Es bringt Menschen zusammen."})

    after = client.get(url("check", case.pk))
    assert (before.status_code, before.context["form"].stated) == (200, None)
    assert after.context["form"].stated.sentence == "Es bringt Menschen zusammen."
    assert ("Fit with the concept", "positiv – Es bringt Menschen zusammen.") in after.context["case"].facts


def test_fit_without_a_sentence_asks_for_it(review):
    review.programme.concept_fit = ["positiv"]
    review.programme.save()
    case = review.case(state=State.SUBMITTED)

    response = signed_in(review.officer).post(url("check", case.pk), {"fit": "positiv", "fit_sentence": ""})

    assert errors(response) == {"fit_sentence": ["Please give both: how it fits, and why in a sentence."]}


def test_check_offers_to_admit_when_every_point_is_decided(review):
    case = review.case(state=State.SUBMITTED)
    client = signed_in(review.officer)
    before = [move.name for move in client.get(url("check", case.pk)).context["moves"]]
    client.post(url("check", case.pk), checked_points())

    after = [move.name for move in client.get(url("check", case.pk)).context["moves"]]

    assert ("admit" in before, "admit" in after) == (False, True)


def test_check_not_in_order_without_a_note_keeps_all_that_was_typed(review):
    case = review.case(state=State.SUBMITTED)
    typed = checked_points(**{"result-plan": "no", "note-place": "Sicher."})

    response = signed_in(review.officer).post(url("check", case.pk), typed)

    assert errors(response) == {"note-plan": ["Please say what is not in order."]}
    assert (response.status_code, response.context["form"]["note-place"].value()) == (200, "Sicher.")
    assert CheckResult.objects.count() == 0


def test_answer_of_a_colleague_meanwhile_is_shown_beside_the_own_one(review):
    case, other = review.case(state=State.SUBMITTED), make_user(review.town, Role.OFFICER)
    operations.check(case, {"plan": ("no", "Der Plan ist alt.")}, by=other)
    client = signed_in(review.officer)

    response = client.post(url("check", case.pk), checked_points(**{"note-plan": "Neu.", "note-place": "Gut."}))

    row = next(row for row in response.context["form"].rows() if row["point"].code == "plan")
    assert errors(response) == {
        "__all__": ["A colleague answered one of these points meanwhile. It is marked: please compare."]
    }
    assert (row["differs"], row["known"].note, row["note"].value()) == (True, "Der Plan ist alt.", "Neu.")
    assert response.context["form"]["note-place"].value() == "Gut."
    assert CheckResult.objects.count() == 1


def test_second_save_after_comparing_replaces_the_answer_of_a_colleague(review):
    case, other = review.case(state=State.SUBMITTED), make_user(review.town, Role.OFFICER)
    operations.check(case, {"plan": ("no", "Der Plan ist alt.")}, by=other)
    seen = CheckResult.objects.get().stamp

    signed_in(review.officer).post(url("check", case.pk), checked_points(**{"note-plan": "Doch.", "seen-plan": seen}))

    assert (CheckResult.objects.get(item="plan").result, CheckResult.objects.count()) == ("yes", 4)


def test_clear_points_are_confirmed_in_one_press_and_nothing_else(review):
    case = review.case(state=State.SUBMITTED, district="", place="")  # the place is unclear
    data = {"clear": "1"} | {f"result-{code}": "yes" for code in ("applicant", "not-begun", "plan")}

    signed_in(review.officer).post(url("check", case.pk), data)

    assert set(CheckResult.objects.values_list("item", "result")) == {
        ("applicant", "yes"),
        ("not-begun", "yes"),
        ("plan", "yes"),
    }


def test_clear_points_are_confirmed_also_while_another_lacks_its_note(review):
    case = review.case(state=State.SUBMITTED, district="", place="")
    data = {"clear": "1", "result-place": "no", "note-place": ""}

    response = signed_in(review.officer).post(url("check", case.pk), data)

    assert errors(response) == {"note-place": ["Please say what is not in order."]}
    assert set(CheckResult.objects.values_list("item", flat=True)) == {"applicant", "not-begun", "plan"}


def test_what_the_machine_found_wrong_is_not_confirmed_with_the_clear_points(review):
    case = review.case(state=State.SUBMITTED, start=date(2025, 12, 1))
    data = {"clear": "1", "result-not-begun": "no", "note-not-begun": ""}

    signed_in(review.officer).post(url("check", case.pk), data)

    assert set(CheckResult.objects.values_list("item", flat=True)) == {"applicant", "place", "plan"}


def test_check_of_a_case_that_was_withdrawn_meanwhile_keeps_what_was_typed(review):
    case = review.case(state=State.WITHDRAWN)

    response = signed_in(review.officer).post(url("check", case.pk), checked_points(**{"note-place": "Sicher."}))

    assert errors(response) == {"__all__": ["This application was withdrawn meanwhile. What you typed was not saved."]}
    assert response.context["form"]["note-place"].value() == "Sicher."


# --- Costs that are admitted only in part -----------------------------------------------------------------------------


def cut_data(case, **changes):
    amounts = {f"admitted-{line}": cents for line, cents in enumerate(("600.00", "620.00", "360.00", "118.90"))}
    return {"seen": operations.cuts_mark(case)} | amounts | changes


def test_costs_are_cut_with_a_reason(review):
    case = review.case(state=State.SUBMITTED)
    cut = {"admitted-1": "420.00", "reason-1": "In zwei Sprachen liegt er vor."}

    response = signed_in(review.officer).post(url("costs", case.pk), cut_data(case, **cut))

    assert response.headers["location"] == url("check", case.pk)
    assert list(CostCut.objects.values_list("line", "admitted_cents", "reason")) == [
        (1, 420_00, "In zwei Sprachen liegt er vor.")
    ]


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ({"admitted-1": "620.01"}, {"admitted-1": ["At most the planned €620.00 can be admitted."]}),
        (
            {"admitted-1": "420.00"},
            {"reason-1": ["Please say why less is admitted. The reason stands in the letter."]},
        ),
    ],
)
def test_cut_that_cannot_be_keeps_what_was_typed(review, cut, said):
    case = review.case(state=State.SUBMITTED)

    response = signed_in(review.officer).post(url("costs", case.pk), cut_data(case, **cut))

    assert errors(response) == said
    assert (response.context["form"]["admitted-1"].value(), CostCut.objects.count()) == (cut["admitted-1"], 0)


def test_sums_follow_while_amounts_are_typed(review):
    case = review.case(state=State.SUBMITTED)
    data = cut_data(case, calculate="1", **{"admitted-1": "420.00"})

    response = signed_in(review.officer).post(url("costs", case.pk), data, headers={"HX-Request": "true"})

    assert [template.name for template in response.templates] == ["review/_admitted.html"]
    assert [tuple(str(cell) for cell in row[1:]) for row in response.context["figures"]][:3] == [
        (eur(1_698_90), eur(1_498_90)),
        (eur(1_598_90), eur(1_598_90)),
        (eur(1_598_90), eur(1_498_90)),
    ]
    assert CostCut.objects.count() == 0


def test_costs_a_colleague_cut_meanwhile_are_shown_and_not_overwritten(review):
    case, other = review.case(state=State.SUBMITTED), make_user(review.town, Role.OFFICER)
    old = cut_data(case, **{"admitted-0": "500.00", "reason-0": "Zehn."})
    operations.cut_costs(case, {1: (420_00, "Doppelt.")}, by=other)

    response = signed_in(review.officer).post(url("costs", case.pk), old)

    assert errors(response) == {
        "__all__": ["Somebody else changed this in the meantime. Please look at it again before you go on."]
    }
    assert response.context["form"].rows()[1]["cut"].reason == "Doppelt."
    assert list(CostCut.objects.values_list("line", flat=True)) == [1]


@pytest.mark.parametrize("name", ["check", "costs", "return"])
def test_desk_page_that_comes_too_late_leads_to_the_case(review, name):
    case = review.case(state=State.RECOMMENDED)

    response = signed_in(review.officer).get(url(name, case.pk))

    assert response.headers["location"] == reverse("case", args=[case.pk])


def test_return_asks_section_by_section_and_drafts_a_mail(review):
    case = review.case(state=State.SUBMITTED)

    response = signed_in(review.officer).post(
        url("return", case.pk), {"version": "0", "when": "Bis wann genau?", "reason": "Rufen Sie gern an."}
    )

    case = fresh(case)
    assert response.headers["location"] == reverse("case", args=[case.pk])
    assert (case.state, case.changes_asked) == (State.RETURNED, {"when": "Bis wann genau?"})
    assert Message.objects.get(kind="return").state == Message.State.DRAFT


def test_return_offers_what_the_check_found_wrong_in_the_section_it_is_about(review):
    case = review.case(state=State.SUBMITTED, start=date(2025, 12, 1))
    results = {"not-begun": ("no", ""), "plan": ("no", "Der Faltplan steht doppelt da.")}
    operations.check(case, results, by=review.officer)

    form = signed_in(review.officer).get(url("return", case.pk)).context["form"]

    assert {name: form[name].value() for name in ("when", "costs", "idea")} == {
        "when": "The project starts before the application came in.",
        "costs": "Der Faltplan steht doppelt da.",
        "idea": "",
    }


def test_mail_that_asks_for_changes_is_read_before_anything_happens(review):
    case = review.case(state=State.SUBMITTED)
    data = {"version": "0", "when": "Bis wann genau?", "reason": "Hallo.", "preview": "1"} | day(
        clock.today() + timedelta(days=10), "answer_by"
    )

    response = signed_in(review.officer).post(url("return", case.pk), data)

    assert "Bis wann genau?" in response.context["mail"][1]
    assert (fresh(case).state, Message.objects.count()) == (State.SUBMITTED, 0)


def test_return_gives_the_day_that_was_chosen(review):
    case, chosen = review.case(state=State.SUBMITTED), clock.today() + timedelta(days=10)

    signed_in(review.officer).post(
        url("return", case.pk), {"version": "0", "when": "Bis wann genau?"} | day(chosen, "answer_by")
    )

    assert fresh(case).answer_by == chosen


def test_return_of_a_page_that_is_too_old_can_be_sent_a_second_time(review):
    case = review.case(state=State.SUBMITTED)
    operations.check(case, {"plan": ("yes", "")}, by=review.officer)
    client, typed = signed_in(review.officer), {"version": "0", "when": "Bis wann genau?"}
    page = client.post(url("return", case.pk), typed)

    client.post(url("return", case.pk), typed | {"version": page.context["form"]["version"].value()})

    assert page.context["form"]["when"].value() == "Bis wann genau?"
    assert fresh(case).state == State.RETURNED


def test_return_of_a_case_that_was_withdrawn_meanwhile_keeps_what_was_typed(review):
    case = review.case(state=State.WITHDRAWN)

    response = signed_in(review.officer).post(url("return", case.pk), {"version": "0", "when": "Bis wann genau?"})

    said = "The case has moved on meanwhile. Nothing was sent; what you typed still stands here to be copied."
    assert (errors(response), response.context["form"]["when"].value()) == ({"__all__": [said]}, "Bis wann genau?")


def test_return_without_a_section_keeps_what_was_typed(review):
    case = review.case(state=State.SUBMITTED)

    response = signed_in(review.officer).post(url("return", case.pk), {"version": "0", "reason": "Hallo."})

    assert errors(response) == {"__all__": ["Please write for at least one section what should change."]}
    assert response.context["form"]["reason"].value() == "Hallo."


def test_advice_is_noted_in_two_taps(review):
    case = review.case()
    client = signed_in(review.officer)
    initial = client.get(url("advice", case.pk)).context["form"].initial

    response = client.post(url("advice", case.pk), {**day(clock.today(), "given_on"), "kind": "phone", "minutes": "20"})

    assert initial == {"given_on": clock.today(), "kind": "phone"}
    assert response.headers["location"] == reverse("case", args=[case.pk])
    assert case.advice.get().minutes == 20


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["check", "return", "advice", "decide"])
def test_case_pages_are_404_in_another_town_and_403_for_the_wrong_role(review, name):
    case = review.case()
    elsewhere = make_user(make_town(), Role.OFFICER, Role.DECIDER)
    wrong = review.officer if name == "decide" else review.decider
    codes = [signed_in(user).get(url(name, case.pk)).status_code for user in (elsewhere, wrong)]

    assert codes == [404, 403]


def test_pages_ask_everybody_to_sign_in(review):
    response = Client().get(url("meetings"))

    assert (response.status_code, response.headers["location"]) == (302, f"/sign-in/?next={url('meetings')}")


STATUS = {  # page: officer, decider, auditor, member, administrator, applicant
    "meetings": [200, 200, 200, 200, 403, 403],
    "meeting-create": [200, 403, 403, 403, 403, 403],
    "decisions": [200, 200, 200, 403, 403, 403],
}


@pytest.mark.parametrize("name", STATUS)
def test_list_page_answers_each_role(review, name):
    people = [
        review.officer,
        review.decider,
        make_user(review.town, Role.AUDITOR),
        review.board[3].user,
        make_user(review.town, Role.ADMINISTRATOR),
        review.organisation.memberships.get().user,
    ]

    assert [signed_in(user).get(url(name)).status_code for user in people] == STATUS[name]


def test_meeting_and_item_answer_each_role(review):
    [item] = review.meet()
    review.open(item, *review.board[:4])
    people = [
        review.officer,
        review.decider,
        make_user(review.town, Role.AUDITOR),
        review.board[3].user,
        review.board[5].user,  # has not declared
        make_user(review.town, Role.ADMINISTRATOR),
        make_user(make_town(), Role.OFFICER),
    ]

    def codes(name, pk):
        return [signed_in(user).get(url(name, pk)).status_code for user in people]

    assert codes("meeting", item.meeting_id) == [200, 200, 200, 200, 200, 404, 404]
    assert codes("item", item.pk) == [200, 200, 200, 200, 302, 404, 404]


@pytest.mark.parametrize("name", ["motion", "finish"])
def test_leading_is_forbidden_to_a_member_who_does_not_lead(review, name):
    [item] = review.meet()
    review.open(item)

    codes = [signed_in(user).post(url(name, item.pk)).status_code for user in (review.board[1].user, review.decider)]

    assert codes == [403, 403]


@pytest.mark.parametrize("name", ["present", "meeting-end"])
def test_managing_a_meeting_is_forbidden_to_a_plain_member(review, name):
    [item] = review.meet()

    assert signed_in(review.board[2].user).post(url(name, item.meeting_id)).status_code == 403


# --- Lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_meetings_asks_the_same_number_of_queries(review, rows, django_assert_num_queries):
    for _number in range(rows):
        review.meet()
    client = signed_in(review.officer)
    client.get(url("meetings"))

    with django_assert_num_queries(6):
        page = client.get(url("meetings"))

    assert len(page.context["page_obj"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_agenda_asks_the_same_number_of_queries(review, rows, django_assert_num_queries):
    items = review.meet(*[review.case() for _number in range(rows)])
    client = signed_in(review.officer)
    client.get(url("meeting", items[0].meeting_id))

    with django_assert_num_queries(18):
        page = client.get(url("meeting", items[0].meeting_id))

    assert len(page.context["rows"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_decisions_asks_the_same_number_of_queries(review, rows, django_assert_num_queries):
    for _number in range(rows):
        make_decision(review.case(state=State.RECOMMENDED), review.decider)
    client = signed_in(review.decider)
    client.get(url("decisions"))

    with django_assert_num_queries(7):
        page = client.get(url("decisions"))

    assert len(page.context["page_obj"]) == rows


def test_meetings_can_be_narrowed_to_those_not_over(review):
    [item], [other] = review.meet(), review.meet()
    operations.end_meeting(item.meeting, by=review.officer)

    page = signed_in(review.officer).get(url("meetings"), {"which": "open"})

    assert list(page.context["page_obj"]) == [other.meeting]


def test_decisions_are_found_by_words_of_their_case(review):
    wanted = make_decision(review.case(state=State.RECOMMENDED, title="Chor der Nachbarn"), review.decider)
    make_decision(review.case(state=State.RECOMMENDED), review.decider)

    page = signed_in(review.decider).get(url("decisions"), {"q": "CHOR"})

    assert list(page.context["page_obj"]) == [wanted]


# --- Meetings ---------------------------------------------------------------------------------------------------------


def test_meeting_is_made_and_shown(review):
    case = review.case()
    data = {
        "programme": review.programme.pk,
        "kind": "meeting",
        "begins": "18:00",
        "place": "Rathaus",
        "applications": [case.pk],
        **day(clock.today() + timedelta(days=14)),
    }

    response = signed_in(review.officer).post(url("meeting-create"), data)

    made = Meeting.objects.get()
    assert response.headers["location"] == url("meeting", made.pk)
    assert [item.application for item in made.items.all()] == [case]


def test_meeting_refused_keeps_what_was_typed(review):
    case = review.case()
    data = {
        "programme": review.programme.pk,
        "kind": "meeting",
        "place": "",
        "applications": [case.pk],
        **day(clock.today() - timedelta(days=1)),
    }

    response = signed_in(review.officer).post(url("meeting-create"), data)

    assert errors(response) == {
        "held_on": ["This day lies in the past. Please choose today or a later day."],
        "begins": ["Please say when it begins, for example 18:00."],
        "place": ["Please say where the board meets."],
    }
    assert response.context["form"]["applications"].value() == [str(case.pk)]


def test_second_meeting_is_called_with_the_same_cases(review):
    case = review.case()
    [item] = review.meet(case)
    client = signed_in(review.officer)
    offered = client.get(url("meeting", item.meeting_id)).context["may_repeat"]

    data = {"place": "Rathaus", "begins": "20:00", **day(clock.today())}
    asked = client.post(url("meeting-again", item.meeting_id), data)
    response = client.post(url("meeting-again", item.meeting_id), {**data, "short_notice": "on"})

    again = Meeting.objects.exclude(pk=item.meeting_id).get()
    assert (offered, response.headers["location"]) == (True, url("meeting", again.pk))
    assert errors(asked) == {
        "held_on": [
            "The board is to be invited 7 days ahead. Please choose a later day, or tick below that you invite all the "
            "same: the minutes say so."
        ]
    }
    assert (again.repeats, again.items.get().application) == (item.meeting, case)


def test_presence_is_written_down_by_the_chair(review):
    [item] = review.meet()
    there = [review.board[0].pk, review.board[3].pk]

    signed_in(review.board[0].user).post(url("present", item.meeting_id), {"members": there})

    assert list(item.meeting.attendance.filter(present=True).values_list("member", flat=True)) == there


def test_meeting_ended_twice_is_a_message(review):
    [item] = review.meet()
    client = signed_in(review.officer)
    client.post(url("meeting-end", item.meeting_id))

    response = client.post(url("meeting-end", item.meeting_id), follow=True)

    assert (response.status_code, "This meeting is over." in response.content.decode()) == (200, True)


# --- Bias -------------------------------------------------------------------------------------------------------------


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_member_declares_before_the_file_opens(review):
    [item] = review.meet()
    member = review.board[2].user
    client = signed_in(member)
    before = client.get(url("item", item.pk))

    client.post(url("declare", item.pk), {"biased": "no"})

    assert before.headers["location"] == url("meeting", item.meeting_id)
    assert client.get(url("item", item.pk)).status_code == 200
    assert BiasDeclaration.objects.get().biased is False


def test_affiliation_suggests_bias_on_the_agenda(review):
    review.board[2].affiliations = ["Kassier, Kinderzeit Unna e.V."]
    review.board[2].save()
    [item] = review.meet()

    rows = signed_in(review.board[2].user).get(url("meeting", item.meeting_id)).context["rows"]

    assert [row["suggestion"] for row in rows] == ["Kassier, Kinderzeit Unna e.V."]


def test_undeclared_member_sees_title_and_parties_only(review):
    [item] = review.meet(review.case(summary="Geheimer Plan", district="Massen"))
    review.open(item, *review.board[:4])
    review.ballot(item, 1_234_56, m0="yes")

    page = text_of(signed_in(review.board[5].user).get(url("meeting", item.meeting_id)))

    assert [word for word in ("Geheimer Plan", "Massen", "1,234.56", "Voted") if word in page] == []
    assert "Kinderzeit Unna e.V." in page
    assert "Miriam Okafor" in page


LEAKS = ("Geheimer Plan", "1,234.56", "Carried", "carried", "Recommended", "Voted", "Yes 1", "Vertraulicher Grund")


def test_excluded_member_finds_nothing_beyond_the_agenda_line(review):
    case = review.case(summary="Geheimer Plan")
    [item] = review.meet(case)
    review.open(item, biased=(review.board[2],))
    motion = review.put(item, 1_234_56)
    review.cast(motion, m0="yes")
    client = signed_in(review.board[2].user)
    during = client.get(url("meeting", item.meeting_id))
    operations.close_motion(motion, by=review.officer)
    operations.finish_item(item, by=review.officer, reason="Vertraulicher Grund")

    after = client.get(url("meeting", item.meeting_id))
    listed = client.get(url("meetings"))

    for page in (during, after, listed):
        assert [word for word in LEAKS if word in text_of(page)] == []
    assert client.get(reverse("case", args=[case.pk])).status_code == 404
    for name in ("item", "ballot"):
        assert client.get(url(name, item.pk)).status_code == 404
    for name, pk in (("vote", motion.pk), ("object", motion.pk), ("close", motion.pk), ("motion", item.pk)):
        assert client.post(url(name, pk), {"choice": "yes"}).status_code == 404


def test_member_excluded_once_is_excluded_from_the_case_in_every_meeting(review):
    case = review.case()
    [first] = review.meet(case)
    member = review.board[2]
    operations.declare(first, by=member.user, biased=False)
    [second] = review.meet(case, repeats=first.meeting)

    operations.declare(second, by=member.user, biased=True)

    client = signed_in(member.user)
    assert [client.get(url("item", item.pk)).status_code for item in (first, second)] == [404, 404]
    assert client.get(reverse("case", args=[case.pk])).status_code == 404


def test_member_found_biased_is_recorded_by_the_officer(review):
    [item] = review.meet()
    review.open(item)
    review.ballot(item, m2="yes")
    client = signed_in(review.officer)

    empty = client.post(url("exclude", item.pk), {"member": review.board[2].pk, "reason": ""})
    client.post(url("exclude", item.pk), {"member": review.board[2].pk, "reason": "Vorstand"})

    assert errors(empty) == {"reason": ["Please fill this in."]}
    assert (Motion.objects.get().void, BiasDeclaration.objects.get(biased=True).member) == (True, review.board[2])


# --- Motions and votes ------------------------------------------------------------------------------------------------


def test_motion_is_put_voted_closed_and_finished_in_the_browser(review):
    [item] = review.meet()
    review.open(item)
    chair, member = signed_in(review.board[0].user), signed_in(review.board[1].user)

    put = chair.post(
        url("motion", item.pk), {"motion-kind": "fund", "motion-cents": "1.500,00", "motion-conditions": ""}
    )
    motion = Motion.objects.get()
    vote = member.post(url("vote", motion.pk), {"choice": "yes"})
    chair.post(url("close", motion.pk))
    finish = chair.post(url("finish", item.pk), {"finish-reason": "Es bringt Menschen zusammen."})

    motion.refresh_from_db()
    assert {put.headers["location"], vote.headers["location"]} == {url("item", item.pk)}
    assert finish.headers["location"] == url("meeting", item.meeting_id)
    assert (motion.yes, motion.abstained, motion.carried) == (1, 6, True)
    assert Recommendation.objects.get().amount_cents == 1_500_00


def test_motion_refused_keeps_what_was_typed(review):
    [item] = review.meet()
    review.open(item)

    response = signed_in(review.officer).post(
        url("motion", item.pk),
        {"motion-kind": "fund", "motion-cents": "4.000,00", "motion-conditions": "Der Saal ist zugesagt."},
    )

    form = response.context["motion_form"]
    assert errors(response)["__all__"][0].startswith("The amount must lie above zero and may be at most")
    assert (form["cents"].value(), form["conditions"].value()) == ("4.000,00", "Der Saal ist zugesagt.")


def test_open_vote_shows_nobody_more_than_the_own_choice(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item)
    review.cast(motion, m0="abstain", m1="yes", m2="no")
    people = [review.officer, review.decider, make_user(review.town, Role.AUDITOR), review.board[0].user]

    pages = [signed_in(user).get(url("item", item.pk)) for user in people]

    own = [page.context["own_vote"] for page in pages]
    assert own[:3] == [None, None, None]
    assert own[3].member == review.board[0]
    for page in pages:
        assert re.findall(r"Yes \d|No \d|Abstained \d", text_of(page)) == []


@pytest.mark.parametrize("choice", ["", "maybe"])
def test_vote_without_a_choice_is_a_message(review, choice):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item)

    response = signed_in(review.board[0].user).post(url("vote", motion.pk), {"choice": choice})

    assert said(response) == ["Please choose yes, no or abstain."]
    assert Vote.objects.count() == 0


def test_vote_too_late_is_a_message(review):
    [item] = review.meet()
    review.open(item)
    motion = review.ballot(item, m0="yes")

    response = signed_in(review.board[1].user).post(url("vote", motion.pk), {"choice": "yes"})

    assert said(response) == ["The vote on this motion is closed. Your vote was not counted."]


def test_closing_twice_is_a_message(review):
    [item] = review.meet()
    review.open(item)
    motion = review.ballot(item, m0="yes")

    response = signed_in(review.officer).post(url("close", motion.pk))

    assert said(response) == ["This motion is already closed."]


def test_vote_by_the_officer_is_forbidden(review):
    [item] = review.meet()
    review.open(item)

    assert signed_in(review.officer).post(url("vote", review.put(item).pk), {"choice": "yes"}).status_code == 403


def test_open_page_learns_of_a_new_motion_but_never_of_votes(review):
    [item] = review.meet()
    review.open(item)
    client = signed_in(review.board[1].user)
    seen = client.get(url("item", item.pk)).context["marker"]
    motion = review.put(item)
    news = client.get(url("ballot", item.pk), {"seen": seen})
    seen = client.get(url("item", item.pk)).context["marker"]

    review.cast(motion, m0="yes")

    silent = client.get(url("ballot", item.pk), {"seen": seen})
    assert (news.status_code, "You have not voted yet." in news.content.decode()) == (200, True)
    assert news.headers.get("HX-Refresh") is None  # a member may be typing: only the vote is exchanged
    assert (silent.status_code, silent.headers.get("HX-Refresh")) == (204, None)


def test_objection_sends_a_written_procedure_to_a_meeting(review):
    [item] = review.meet(day=clock.today() + timedelta(days=7), kind="written", place="")
    review.open(item)
    motion = review.put(item)

    response = signed_in(review.board[4].user).post(url("object", motion.pk))

    assert said(response) == ["The written procedure on this case has ended. It goes to a meeting."]
    assert Motion.objects.get().objected_by == review.board[4]


def test_board_biased_as_a_whole_lets_the_case_go_on(review):
    [item] = review.meet()
    review.open(item, biased=tuple(review.board))
    client = signed_in(review.officer)

    offered = client.get(url("item", item.pk)).context["may_go_on"]
    client.post(url("go-on", item.pk), {"finish-reason": "Alle sind befangen."})

    assert (offered, Recommendation.objects.get().kind) == (True, "none")


# --- Decision ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def advised(review):
    case = review.case(checked_by=review.officer)
    [item] = review.meet(case)
    review.open(item)
    review.ballot(item, 1_500_00, m0="yes", m1="yes")
    operations.finish_item(item, by=review.officer, reason="Gut für das Viertel.")
    return fresh(case)


def decision_of(case, **changes):
    data = {"version": case.version, "seen": 0, "kind": "award", "cents": "1.500,00"}
    return data | {"reasons": "Der Topf soll reichen.", "next_step": "Sie können neu stellen."} | changes


def test_decide_proposes_what_the_board_advised_and_shows_the_pot(review, advised):
    page = signed_in(review.decider).get(url("decide", advised.pk))

    form, pot = page.context["form"], page.context["pot"]
    assert (form.initial["kind"], form.initial["cents"]) == ("award", 1_500_00)
    assert [field.label for field in form.grounds()] == review.programme.criteria
    assert (pot["free_cents"], pot["left_cents"]) == (20_000_00, 18_500_00)
    assert "Gut für das Viertel." in text_of(page)


def test_decision_is_prepared_previewed_and_released(review, advised):
    client = signed_in(review.decider)
    prepared = client.post(url("decide", advised.pk), decision_of(advised))
    decision = Decision.objects.get()

    preview = client.get(url("decision-letter", decision.pk))
    kept = Letter.objects.count()
    released = client.post(url("release", decision.pk))

    advised = fresh(advised)
    assert prepared.headers["location"] == url("decide", advised.pk)
    assert (preview.headers["content-type"], preview.content[:5], kept) == ("application/pdf", b"%PDF-", 0)
    assert released.headers["location"] == reverse("case", args=[advised.pk])
    assert (advised.state, Letter.objects.get().kind) == (State.AWARDED, "award")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"cents": ""}, "cents", "Please enter the amount of the grant."),
        ({"reasons": " "}, "reasons", "Less than was asked for needs reasons (§ 39 VwVfG). Please give them."),
        ({"cents": "1.200,00"}, "deviation_reason", "Your decision differs from the board's. Please say why."),
        (
            {"kind": "reject", "ground-1": "Nur drei sind dabei."},
            "deviation_reason",
            "Your decision differs from the board's. Please say why.",
        ),
        (
            {"kind": "reject", "deviation_reason": "Doppelt."},
            "ground-0",
            "A rejection rests on the criteria. Please write a sentence for at least one.",
        ),
        (
            {"kind": "reject", "ground-0": "Nein.", "deviation_reason": "Doppelt.", "next_step": " "},
            "next_step",
            "Please say what the group can do next. A rejection is never the last word.",
        ),
        (
            {"more_conditions": "Bis zum {frist}."},
            "more_conditions",
            "There is no placeholder {frist} here. Possible are: {betrag}, {titel}, {organisation}, {aktenzeichen}, "
            "{beginn}, {ende}, {nachweis_bis}",
        ),
    ],
)
def test_decision_refused_keeps_what_was_typed(review, advised, changes, field, sentence):
    response = signed_in(review.decider).post(
        url("decide", advised.pk), decision_of(advised, more_obligations="Plakate zeigen.", **changes)
    )

    assert errors(response) == {field: [sentence]}
    assert response.context["form"]["more_obligations"].value() == "Plakate zeigen."
    assert Decision.objects.count() == 0


def test_decision_by_who_answered_a_point_is_a_form_error(review, advised):
    CheckResult.objects.create(
        municipality=review.town,
        application=advised,
        item="plan",
        result="yes",
        checked_by=review.decider,
        checked_at=clock.now(),
    )

    response = signed_in(review.decider).post(url("decide", advised.pk), decision_of(advised))

    assert errors(response) == {"__all__": ["You worked on this case before. Somebody else has to decide it."]}


def test_deciding_is_forbidden_to_a_decider_with_a_seat(review, advised):
    Assignment.objects.create(municipality=review.town, user=review.board[3].user, role=Role.DECIDER)

    assert signed_in(review.board[3].user).get(url("decide", advised.pk)).status_code == 403


def test_release_twice_is_a_message(review, advised):
    client = signed_in(review.decider)
    client.post(url("decide", advised.pk), decision_of(advised))
    client.post(url("release", Decision.objects.get().pk))

    response = client.post(url("release", Decision.objects.get().pk))

    assert said(response)[-1] == "This decision was already released."
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("name", ["release", "decision-letter"])
def test_prepared_decision_is_404_elsewhere_and_403_for_the_officer(review, advised, name):
    decision = make_decision(advised, review.decider)
    people = [make_user(make_town(), Role.DECIDER), review.organisation.memberships.get().user, review.officer]
    method = "post" if name == "release" else "get"

    codes = [getattr(signed_in(user), method)(url(name, decision.pk)).status_code for user in people]

    assert codes == [404, 404, 403]


def chosen(*decisions):
    return {"chosen": [f"{decision.pk}-{decision.version}" for decision in decisions]}


def three_decisions(review, **fields):
    """Prepared awards of 1,500.00 each, none of them reserved."""
    cases = [review.case(state=State.RECOMMENDED) for _number in range(3)]
    values = {"amount_cents": 1_500_00, "reasons": "Der Topf soll reichen."}
    return [make_decision(case, review.decider, **values | fields) for case in cases]


def test_chosen_decisions_are_released_together_and_the_others_stay(review):
    first, second, third = three_decisions(review)

    response = signed_in(review.decider).post(url("release-all"), chosen(first, third))

    assert said(response) == [
        "2 decisions are released: their letters are issued, their money is committed. The mails wait as drafts."
    ]
    assert (Letter.objects.count(), Decision.objects.prepared().get()) == (2, second)


def test_release_of_several_beyond_the_pot_says_the_figures_and_releases_none(review):
    review.programme.budget_per_year_cents = 4_000_00
    review.programme.save()
    decisions = three_decisions(review)

    page = signed_in(review.decider).post(url("release-all"), chosen(*decisions))

    [sentence] = errors(page)["__all__"]
    assert sentence.replace("\u00a0", " ") == (
        "The pot of 2026 does not suffice: 4.000,00 € are free for this, 4.500,00 € are needed, 500,00 € are missing. "
        "Nothing was released."
    )
    assert (Letter.objects.count(), Decision.objects.prepared().count()) == (0, 3)
    assert page.context["ticked"] == {decision.pk for decision in page.context["page_obj"]}


def test_release_of_several_names_the_one_that_cannot_be_released(review):
    decisions = three_decisions(review)
    Application.objects.filter(pk=decisions[1].application_id).update(end=None)

    page = signed_in(review.decider).post(url("release-all"), chosen(*decisions))

    number = decisions[1].application.file_number
    assert errors(page) == {
        "__all__": [f"{number}: The case has no end date: it has to go back to the applicant. Nothing was released."]
    }
    assert Letter.objects.count() == 0


def test_release_of_a_decision_that_was_changed_since_it_was_read_is_refused(review):
    decisions = three_decisions(review)
    read = chosen(*decisions)
    Decision.objects.filter(pk=decisions[0].pk).update(version=1)

    page = signed_in(review.decider).post(url("release-all"), read)

    number = decisions[0].application.file_number
    sentence = "Somebody else changed this decision in the meantime. Please read it again."
    assert errors(page) == {"__all__": [f"{number}: {sentence} Nothing was released."]}
    assert Letter.objects.count() == 0


@pytest.mark.parametrize("typed", [{}, {"chosen": "all"}, {"chosen": "1-1-1"}])
def test_release_of_nothing_asks_to_choose(review, typed):
    three_decisions(review)

    page = signed_in(review.decider).post(url("release-all"), typed)

    assert errors(page) == {"__all__": ["Please choose at least one decision."]}


def test_released_together_twice_is_refused_and_makes_one_letter_each(review):
    decisions = three_decisions(review)
    client = signed_in(review.decider)
    client.post(url("release-all"), chosen(*decisions))

    page = client.post(url("release-all"), chosen(*decisions))

    number = decisions[0].application.file_number
    assert errors(page) == {"__all__": [f"{number}: This decision was already released. Nothing was released."]}
    assert Letter.objects.count() == 3


def test_releasing_leaves_other_towns_alone(review):
    [decision, *_others] = three_decisions(review)

    page = signed_in(make_user(make_town(), Role.DECIDER)).post(url("release-all"), chosen(decision))

    assert errors(page) == {
        "__all__": ["One of these decisions was taken back. Please choose again. Nothing was released."]
    }
    assert (list(page.context["page_obj"]), Letter.objects.count()) == ([], 0)


def test_list_of_decisions_adds_up_per_pot_what_is_ticked(review):
    first, second, _third = three_decisions(review)
    make_decision(review.case(state=State.RECOMMENDED), review.decider, kind="reject", amount_cents=0)

    page = signed_in(review.decider).get(url("decisions"), chosen(first, second))

    [pot] = page.context["pots"]
    assert (pot.awards, pot.free_cents, pot.wanted_cents, pot.left_cents) == (2, 20_000_00, 3_000_00, 17_000_00)


def test_releasing_all_is_forbidden_to_the_officer(review):
    assert signed_in(review.officer).post(url("release-all")).status_code == 403


def test_unbiased_member_reads_the_case_but_no_receipt_and_no_letter(review):
    case = review.case()
    letter = make_letter(case)
    [item] = review.meet(case)
    review.open(item)
    client = signed_in(review.board[1].user)

    statuses = [
        client.get(url("item", item.pk)).status_code,
        client.get(reverse("applications:receipt", args=[case.pk, 1])).status_code,
        client.get(reverse("document", args=[letter.key])).status_code,
    ]

    assert statuses == [200, 403, 403]


def test_member_of_the_applicant_is_not_shown_the_item(review):
    [item] = review.meet()
    review.organisation.memberships.create(municipality=review.town, user=review.board[1].user, right="view")

    assert signed_in(review.board[1].user).get(url("item", item.pk)).status_code == 404
