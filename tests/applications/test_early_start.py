"""A project that has to begin before the decision: asked for in the form, answered by the office, told to the group."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import translation

from applications import texts
from applications.models import Application
from applications.workflow import UNDER_REVIEW, State
from funding import clock
from funding.gate import Refused, carry_out
from funding.models import Message
from funding.site.cases import CasePage
from funding.site.tasks import tasks_of
from review.summary import case_of
from tests.factories import make_application, make_organisation, make_programme, make_town, make_user

pytestmark = pytest.mark.django_db

TODAY, START = date(2026, 3, 2), date(2026, 3, 20)
DAY = {"day": "20", "month": "3", "year": "2026"}


@pytest.fixture(autouse=True)
def _in_march_in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with clock.at(TODAY), translation.override("en"):
        yield


@pytest.fixture
def town():
    return make_town()


@pytest.fixture
def applicant():
    return make_user(email="leyla@wegweiser.example", language="en")


@pytest.fixture
def officer(town):
    return make_user(town, "officer")


@pytest.fixture
def case(town, applicant) -> Application:
    """Sent in on the first of March, to begin on the twentieth; the group asks to begin early."""
    return make_application(
        make_programme(town),
        make_organisation(town, applicant),
        state=State.SUBMITTED,
        file_number="FT-2026-0001",
        received_on=date(2026, 3, 1),
        start=START,
        early_start="asked",
    )


def test_tick_at_when_and_where_asks_for_it_and_can_be_taken_back(client, town, applicant):
    draft = make_application(make_programme(town), make_organisation(town, applicant))
    client.force_login(applicant)
    page = reverse("applications:edit", args=[draft.pk, "when"])
    typed = {f"{name}_{part}": value for name in ("start", "end") for part, value in DAY.items()}

    client.post(page, {**typed, "version": 1, "early_start": "on"})
    asked = Application.objects.get(pk=draft.pk).early_start
    client.post(page, {**typed, "version": 2})

    assert (asked, Application.objects.get(pk=draft.pk).early_start) == ("asked", "")


@pytest.mark.parametrize(
    ("month", "ticked", "said"),
    [
        ("1", {}, ["The project begins before this application arrives."]),
        ("3", {}, ["You want to begin soon:"]),
        ("3", {"early_start": "on"}, []),
        ("12", {}, []),
    ],
)
def test_who_begins_too_soon_learns_it_when_leaving_the_page(client, town, applicant, month, ticked, said):
    draft = make_application(make_programme(town), make_organisation(town, applicant), end=date(2026, 12, 31))
    client.force_login(applicant)
    page = reverse("applications:edit", args=[draft.pk, "when"])
    start = {"start_day": "20", "start_month": month, "start_year": "2026"}
    end = {"end_day": "31", "end_month": "12", "end_year": "2026"}

    answer = client.post(page, {**start, **end, **ticked, "version": 1})

    warned = [str(one) for one in get_messages(answer.wsgi_request) if one.level_tag == "warning"]
    assert [sentence.startswith(begin) for sentence, begin in zip(warned, said, strict=True)] == [True] * len(said)


def test_allowed_from_a_day_is_kept_and_told_in_a_draft_to_the_group(case, officer):
    allowed = carry_out(case, "allow_early_start", by=officer, day=date(2026, 3, 10))

    assert (allowed.state, allowed.early_start, allowed.early_start_from) == (
        State.SUBMITTED,
        "consented",
        date(2026, 3, 10),
    )
    mail = Message.objects.get()
    assert (mail.kind, mail.state, mail.recipient) == ("early-start", Message.State.DRAFT, "leyla@wegweiser.example")
    assert mail.subject == "You may begin early: FT-2026-0001"
    assert mail.body.split("\n\n")[1:4] == [
        "You may begin from March 10, 2026 on, before the town decides.",
        "This is at your own risk and no promise of money: if the town says no, you pay it all yourselves.",
        "What you ordered, signed or began before that day is not paid for.",
    ]


def test_refused_is_told_with_its_reason(case, officer):
    refused = carry_out(case, "refuse_early_start", by=officer, reason="Der Beirat tagt am 9. März.")

    assert (refused.early_start, refused.early_start_from) == ("refused", None)
    mail = Message.objects.get()
    assert (mail.state, mail.subject) == (Message.State.DRAFT, "Please do not begin yet: FT-2026-0001")
    assert mail.body.split("\n\n")[1:4] == [
        "Please wait with the beginning until the town has decided.",
        "Until then order nothing and sign nothing: what was begun before is not paid for.",
        "Our reason: Der Beirat tagt am 9. März.",
    ]


def test_mail_speaks_the_language_of_its_reader(case, applicant, officer):
    applicant.language = "de"
    applicant.save()

    allowed = carry_out(case, "allow_early_start", by=officer, day=TODAY)

    with translation.override("de"):
        assert Message.objects.get().body.split("\n\n")[1:4] == texts.early_start_terms(allowed)


def test_day_that_is_over_is_refused_because_consent_never_works_backwards(case, officer):
    with pytest.raises(Refused, match="must not lie in the past"):
        carry_out(case, "allow_early_start", by=officer, day=date(2026, 3, 1))

    assert (Application.objects.get().early_start, Message.objects.count()) == ("asked", 0)


@pytest.mark.parametrize("answered", ["", "consented", "refused"])
@pytest.mark.parametrize("move", [("allow_early_start", {"day": TODAY}), ("refuse_early_start", {"reason": "Nein."})])
def test_what_nobody_asks_for_or_was_answered_is_not_answered(case, officer, answered, move):
    Application.objects.update(early_start=answered)
    name, details = move

    with pytest.raises(Refused, match="Nobody asks for an early start"):
        carry_out(case, name, by=officer, **details)


@pytest.mark.parametrize("state", UNDER_REVIEW)
def test_every_case_under_review_is_a_task_until_it_is_answered(case, officer, state):
    Application.objects.update(state=state)
    what = "Wants to begin early: say yes or no"

    before = [(task.url, task.due) for task in tasks_of(officer) if task.what == what]
    carry_out(Application.objects.get(), "allow_early_start", by=officer, day=TODAY)

    assert before == [(reverse("case", args=[case.pk]), START)]
    assert what not in [task.what for task in tasks_of(officer)]


def test_office_answers_on_the_case_page(client, case, officer):
    client.force_login(officer)
    page = reverse("applications:move", args=[case.pk, "allow_early_start"])

    over = client.post(page, {"version": case.version, "day_day": "1", "day_month": "3", "day_year": "2026"})
    done = client.post(page, {"version": case.version, "day_day": "3", "day_month": "3", "day_year": "2026"})

    assert "The day must not lie in the past" in over.content.decode()
    assert (done.status_code, Application.objects.get().early_start_from) == (302, date(2026, 3, 3))


def test_case_page_tells_each_reader_in_their_own_words(case, applicant, officer):
    asked = {who: CasePage(case, user).early_start for who, user in (("group", applicant), ("office", officer))}
    allowed = carry_out(case, "allow_early_start", by=officer, day=TODAY)

    assert asked == {
        "group": [
            "You ask to begin before the town decides. You get an answer by mail.",
            "Until then please order nothing and sign nothing.",
        ],
        "office": ["The group asks to begin before the decision. Nobody has answered yet."],
    }
    assert CasePage(allowed, applicant).early_start[0] == (
        "You may begin from March 2, 2026 on, before the town decides."
    )
    assert CasePage(allowed, officer).early_start == [
        "The group may begin before the decision from March 2, 2026 on, at its own risk."
    ]


def test_board_reads_it_among_the_facts(case, officer):
    refused = carry_out(case, "refuse_early_start", by=officer, reason="Die Zeit reicht.")

    assert dict(case_of(refused).facts)["Early start"] == (
        "The group may not begin before the decision: Die Zeit reicht."
    )


def test_answered_question_is_not_asked_again_in_the_form(client, case, applicant):
    Application.objects.update(state=State.RETURNED, early_start="consented", early_start_from=TODAY)
    client.force_login(applicant)

    page = client.get(reverse("applications:edit", args=[case.pk, "when"]))

    assert "early_start" not in page.context["form"].fields
