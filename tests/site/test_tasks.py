"""My tasks: what waits for whom, in which order, and under how many queries."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from applications.models import Letter
from applications.workflow import State
from budgets.workflow import GrantState, PaymentState, ProofState
from funding import clock
from funding.clock import BERLIN
from funding.models import Message, User
from funding.policies import Role
from funding.site.tasks import tasks_of
from review.models import Attendance, BiasDeclaration, BoardItem, Meeting, Motion, Vote
from tests.factories import (
    make_application,
    make_decision,
    make_grant,
    make_letter,
    make_member,
    make_organisation,
    make_payment,
    make_programme,
    make_submission,
    make_town,
    make_user,
)

TODAY = date(2026, 3, 16)
MOMENT = datetime(2026, 3, 10, 9, 0, tzinfo=BERLIN)


@pytest.fixture(autouse=True)
def _today():
    with clock.at(TODAY):
        yield


@pytest.fixture
def town(db):
    return make_town()


@pytest.fixture
def programme(town):
    return make_programme(town)


def case_in(programme, state, user=None, **fields):
    return make_application(programme, make_organisation(programme.municipality, user), state=state, **fields)


def awarded(programme, user=None, **fields):
    case = case_in(programme, State.AWARDED, user)
    return make_grant(case, letter=make_letter(case, notified_on=date(2026, 2, 6), opened_at=MOMENT), **fields)


def whats(user):
    return [task.what for task in tasks_of(User.objects.get(pk=user.pk))]


def meeting_with(programme, case, *members, **fields):
    meeting = Meeting.objects.create(
        municipality=programme.municipality, programme=programme, **{"held_on": TODAY, **fields}
    )
    item = BoardItem.objects.create(municipality=programme.municipality, meeting=meeting, application=case, position=1)
    for member in members:
        Attendance.objects.create(municipality=programme.municipality, meeting=meeting, member=member, present=True)
    return item


# --- Applicants -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.DRAFT, ["Finish and send"]),
        (State.RETURNED, ["Change something and send again"]),
        (State.INCOMPLETE, ["Change something and send again"]),
        (State.SUBMITTED, []),
        (State.RECOMMENDED, []),
    ],
)
def test_applicant_is_asked_for_what_only_they_can_do(programme, state, expected):
    user = make_user()
    case_in(programme, state, user)

    assert whats(user) == [gettext(what) for what in expected]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": GrantState.ISSUED}, ["Accept the grant"]),
        (
            {"state": GrantState.ACCEPTED},
            ["Tell us how it went", "Call for the money when you need it"],
        ),
        ({"state": GrantState.SETTLED, "settled_cents": 1_598_90}, []),
    ],
)
def test_recipient_is_asked_for_the_next_step_of_the_grant(programme, fields, expected):
    user = make_user()
    grant = awarded(programme, user, **fields)
    grant.letter.remedy_ends_on = TODAY - timedelta(days=1)
    grant.letter.save()

    assert whats(user) == [gettext(what) for what in expected]


def test_recipient_may_waive_while_the_remedy_is_open(programme):
    user = make_user()
    awarded(programme, user)
    waiver = gettext("If you like: waive the right to sue, so the money comes sooner")

    assert waiver in whats(user)


def test_recipient_opens_the_letter_before_accepting(programme):
    user = make_user()
    case = case_in(programme, State.AWARDED, user)
    letter = make_letter(case)
    make_grant(case, letter=letter, state=GrantState.ISSUED)

    [task] = tasks_of(user)

    assert (task.what, task.url) == (gettext("Open your letter"), reverse("document", args=[letter.key]))


@pytest.mark.parametrize("right", ["view", "edit"])
def test_who_may_not_act_is_not_asked_to(town, programme, right):
    user = make_user()
    grant = awarded(programme, state=GrantState.ISSUED)
    grant.organisation.memberships.create(municipality=town, user=user, right=right)

    assert whats(user) == []


# --- Officer ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "fields", "expected"),
    [
        (State.SUBMITTED, {}, ["New: check"]),
        (State.RETURNED, {"answer_by": TODAY - timedelta(days=1)}, ["No answer came in time"]),
        (State.RETURNED, {"answer_by": TODAY}, []),
        (State.INCOMPLETE, {"answer_by": TODAY - timedelta(days=1)}, ["No answer came in time"]),
        (State.ADMITTED, {}, ["Put on the agenda of a meeting"]),
        (State.DEFERRED, {}, ["Deferred: take up again"]),
        (State.RECOMMENDED, {}, []),
        (State.DRAFT, {}, []),
        (State.DRAFT, {"paper": True}, ["Paper: complete it, or record it as incomplete"]),
    ],
)
def test_officer_is_asked_for_cases(town, programme, state, fields, expected):
    case_in(programme, state, **fields)

    assert whats(make_user(town, "officer")) == [gettext(what) for what in expected]


def test_officer_sees_that_a_returned_case_was_answered(town, programme):
    make_submission(case_in(programme, State.SUBMITTED))

    assert whats(make_user(town, "officer")) == [gettext("Answered: check again")]


def test_officer_is_not_asked_for_a_case_of_their_own_organisation(town, programme):
    officer = make_user(town, "officer")
    case_in(programme, State.SUBMITTED, officer)

    assert whats(officer) == []


def test_officer_posts_letters_and_sends_mails(town, programme):
    make_letter(case_in(programme, State.REJECTED), Letter.Kind.REJECTION)
    case = case_in(programme, State.AWARDED)
    make_letter(case, delivery="download", provided_on=date(2026, 3, 2))
    for state in ("draft", "draft", "failed", "sent", "discarded"):
        Message.objects.create(municipality=town, kind="x", recipient="a@b.example", state=state, written_at=MOMENT)

    found = {(task.what, task.title) for task in tasks_of(make_user(town, "officer"))}

    assert (
        found
        == {
            (gettext("Post the letter and note the day"), str(case)),
            (gettext("The letter was not opened: send it by post"), str(case)),
            (gettext("Read mails and send them"), ngettext("%s mail", "%s mails", 2) % 2),
            (gettext("Mails did not go out"), ngettext("%s mail", "%s mails", 1) % 1),
        }
        or len(found) == 4
    )


def test_officer_checks_proofs_and_reminds_of_late_ones(town, programme):
    awarded(programme).proofs.update(**{"state": ProofState.SUBMITTED, "submitted_at": MOMENT})
    awarded(programme, proof_due_on=TODAY - timedelta(days=1))
    awarded(programme, proof_due_on=TODAY)
    make_payment(awarded(programme, state=GrantState.SETTLED, settled_cents=1_598_90), state=PaymentState.BOOKED)

    assert sorted(whats(make_user(town, "officer"))) == sorted(
        [
            gettext("Check the usage proof"),
            gettext("The usage proof is late: remind or extend"),
            gettext("Everything is paid: close the case"),
        ]
    )


# --- Board and decider ------------------------------------------------------------------------------------------------


def test_member_declares_first_and_votes_when_a_motion_is_open(town, programme):
    user = make_user(town, "board")
    member = make_member(programme, user=user)
    item = meeting_with(programme, case_in(programme, State.ADMITTED), member)
    declare = ngettext("Say whether you are biased: %s case", "Say whether you are biased: %s cases", 1) % 1
    before = whats(user)
    BiasDeclaration.objects.create(municipality=town, item=item, member=member, biased=False, declared_at=MOMENT)
    declared = whats(user)
    motion = Motion.objects.create(
        municipality=town, item=item, number=1, kind="fund", amount_cents=1, led_by=member, opened_at=MOMENT
    )
    asked = whats(user)
    Vote.objects.create(municipality=town, motion=motion, member=member, choice="yes")

    assert (before, declared, asked, whats(user)) == ([declare], [], [gettext("Vote on number %s") % 1], [])


def test_member_who_is_biased_or_absent_is_not_asked_to_vote(town, programme):
    biased, absent = (make_member(programme, user=make_user(town, "board")) for _number in range(2))
    item = meeting_with(programme, case_in(programme, State.ADMITTED), biased, absent)
    Attendance.objects.filter(member=absent).update(present=False)
    for member in (biased, absent):
        BiasDeclaration.objects.create(
            municipality=town, item=item, member=member, biased=member == biased, declared_at=MOMENT
        )
    Motion.objects.create(
        municipality=town, item=item, number=1, kind="fund", amount_cents=1, led_by=absent, opened_at=MOMENT
    )

    assert (whats(biased.user), whats(absent.user)) == ([], [])


def test_decider_decides_releases_settles_and_rules(town, programme):
    decider = make_user(town, "decider")
    case_in(programme, State.RECOMMENDED)
    make_decision(case_in(programme, State.RECOMMENDED), decider)
    case_in(programme, State.RECOMMENDED, checked_by=decider)
    awarded(programme).proofs.update(**{"state": ProofState.CHECKED, "checked_at": MOMENT})
    awarded(programme, state=GrantState.CONTESTED, contested_on=TODAY)

    assert sorted(whats(decider)) == sorted(
        [
            gettext("Decide"),
            gettext("Read the decision again and release it"),
            gettext("Settle"),
            gettext("A remedy is recorded: release what is undisputed"),
        ]
    )


# --- Money, administration, audit -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "role", "expected"),
    [
        (PaymentState.REQUESTED, "verifier", "Verify the payment"),
        (PaymentState.VERIFIED, "authoriser", "Order the payment"),
        (PaymentState.ORDERED, "cashier", "Hand the payment over"),
        (PaymentState.EXPORTED, "cashier", "Book the payment when the bank has paid"),
    ],
)
def test_payment_waits_for_one_role(town, programme, state, role, expected):
    make_payment(awarded(programme), state=state)
    people = {name: make_user(town, name) for name in ("verifier", "authoriser", "cashier")}

    assert {name: whats(user) for name, user in people.items()} == {
        name: [gettext(expected)] if name == role else [] for name in people
    }


def test_payment_does_not_wait_for_who_verified_it(town, programme):
    both = make_user(town, "verifier", "authoriser")
    make_payment(awarded(programme), state=PaymentState.VERIFIED, verified_by=both)

    assert whats(both) == []


def test_cashier_waits_for_money_that_has_to_come_back(town, programme):
    make_payment(awarded(programme, state=GrantState.SETTLED, settled_cents=1_000_00), state=PaymentState.BOOKED)

    assert whats(make_user(town, "cashier")) == [gettext("Money has to come back: book it when it is there")]


def test_administrator_completes_town_and_programme(db):
    town = make_town(court="")
    make_programme(town, cap_per_project_cents=None)
    ready = make_programme(town)
    ready.rounds.update(closes_on=TODAY - timedelta(days=1))
    administrator = make_user(town, "administrator")

    urls = {task.url.rstrip("0123456789/").split("/")[1] for task in tasks_of(administrator)}

    assert (len(whats(administrator)), urls) == (3, {"towns", "programmes"})
    assert gettext("Open a round") in whats(administrator)


def test_administrator_loads_the_first_programme(town):
    assert whats(make_user(town, "administrator")) == [gettext("Load the first programme")]


def test_auditor_verifies_the_log(town):
    assert whats(make_user(town, "auditor")) == [gettext("Verify that nothing was altered")]


# --- Order, page, queries ---------------------------------------------------------------------------------------------


def test_oldest_promise_stands_first_and_late_ones_are_marked(town, programme):
    for day in (date(2026, 4, 1), date(2026, 3, 1), date(2026, 3, 16)):
        case_in(programme, State.SUBMITTED, promised_on=day)

    found = [(task.due, task.is_late) for task in tasks_of(make_user(town, "officer"))]

    assert found == [(date(2026, 3, 1), True), (date(2026, 3, 16), False), (date(2026, 4, 1), False)]


def test_other_town_has_its_own_tasks(town, programme):
    for state in State.values:
        case_in(programme, state)
    make_payment(awarded(programme))
    elsewhere = make_town()
    make_programme(elsewhere)
    stranger = make_user(elsewhere, *(role for role in Role.values if role != "auditor"))

    assert whats(stranger) == []


def test_tasks_page_of_somebody_without_tasks_says_so(client, db):
    client.force_login(make_user())

    answer = client.get("/tasks/")

    assert (answer.status_code, answer.context["tasks"]) == (200, [])


def one_of_everything(programme, applicant):
    for state in (State.DRAFT, State.SUBMITTED, State.RETURNED, State.ADMITTED, State.DEFERRED, State.RECOMMENDED):
        case_in(programme, state, applicant)
    case_in(programme, State.DRAFT, paper=True)
    make_letter(case_in(programme, State.REJECTED, applicant), Letter.Kind.REJECTION)
    for state in (PaymentState.REQUESTED, PaymentState.VERIFIED, PaymentState.ORDERED, PaymentState.EXPORTED):
        make_payment(awarded(programme, applicant), state=state)
    awarded(programme, state=GrantState.CONTESTED)
    awarded(programme, applicant, state=GrantState.ISSUED)
    make_payment(awarded(programme, state=GrantState.SETTLED, settled_cents=1_000_00), state=PaymentState.BOOKED)
    awarded(programme).proofs.update(**{"state": ProofState.SUBMITTED, "submitted_at": MOMENT})
    awarded(programme).proofs.update(**{"state": ProofState.CHECKED, "checked_at": MOMENT})
    town = programme.municipality
    Message.objects.create(municipality=town, kind="x", recipient="a@b.example", state="draft", written_at=MOMENT)
    member = programme.board_members.first() or make_member(programme, user=make_user(town, "board"))
    meeting_with(programme, case_in(programme, State.ADMITTED), member, held_on=TODAY)
    make_programme(town, cap_per_project_cents=None)


def test_tasks_page_makes_constant_queries(client, town, programme, django_assert_num_queries):
    expected = {
        "applicant": 15,
        "officer": 20,
        "board": 11,
        "decider": 12,
        "verifier": 6,
        "authoriser": 6,
        "cashier": 9,
        "administrator": 8,
        "auditor": 5,
    }
    applicant = make_user()
    one_of_everything(programme, applicant)
    people = {"applicant": applicant, "board": programme.board_members.get().user}
    people |= {role: make_user(town, role) for role in expected if role not in people}

    def visit_as_each():
        for role, queries in expected.items():
            client.force_login(people[role])
            with django_assert_num_queries(queries, info=role):
                assert client.get("/tasks/").status_code == 200

    visit_as_each()
    one_of_everything(programme, applicant)
    one_of_everything(programme, applicant)
    visit_as_each()
