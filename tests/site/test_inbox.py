"""The officer's inbox: what is urgent, whose it is, who stands in."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.workflow import State
from funding import clock
from funding.gate import Refused
from funding.models import Absence, Event
from funding.operations import end_absence, enter_absence
from funding.policies import Role
from funding.site.inbox import ANSWERED, AT_RISK, FREE, MINE, NEW, OVERDUE, REST, Inbox, risk_of
from tests.factories import (
    make_application,
    make_organisation,
    make_programme,
    make_round,
    make_submission,
    make_town,
    make_user,
)

MONDAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def town(db):
    return make_town()


@pytest.fixture
def programme(town):
    return make_programme(town, board="", notice_days=7)


@pytest.fixture
def officer(town):
    return make_user(town, Role.OFFICER, name="Sabine")


@pytest.fixture
def colleague(town):
    return make_user(town, Role.OFFICER, name="Jonas")


def case_of(programme, title="Chor", **fields):
    organisation = make_organisation(programme.municipality)
    return make_application(programme, organisation, title=title, **{"state": State.SUBMITTED} | fields)


# --- Promised days ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("promised_on", "boards", "free", "board_on"),
    [
        (date(2026, 3, 6), None, 5, None),  # Monday to Friday
        (date(2026, 3, 2), None, 1, None),
        (date(2026, 3, 12), [date(2026, 3, 10)], 2, date(2026, 3, 10)),  # invited by Tuesday the 3rd
        (date(2026, 3, 31), [date(2026, 3, 10), date(2026, 3, 13)], 5, date(2026, 3, 13)),  # the later one is in time
    ],
)
def test_promise_is_at_risk_while_a_few_working_days_are_free(promised_on, boards, free, board_on):
    risk = risk_of(today=MONDAY, promised_on=promised_on, land="NW", boards=boards, notice_days=7)

    assert (len(risk.free), risk.free[0], risk.board_on) == (free, MONDAY, board_on)


@pytest.mark.parametrize(
    ("promised_on", "boards"),
    [
        (date(2026, 3, 9), None),  # six working days
        (date(2026, 3, 1), None),  # over: that is overdue, not at risk
        (None, None),
        (date(2026, 3, 31), [date(2026, 3, 24)]),
    ],
)
def test_promise_with_time_left_or_none_given_is_not_at_risk(promised_on, boards):
    assert risk_of(today=MONDAY, promised_on=promised_on, land="NW", boards=boards, notice_days=7) is None


@pytest.mark.parametrize("boards", [[], [date(2026, 4, 30)], [date(2026, 3, 5)]])  # none, too late, too late to invite
def test_promise_no_meeting_keeps_is_at_risk_however_far_off(boards):
    risk = risk_of(today=MONDAY, promised_on=date(2026, 4, 20), land="NW", boards=boards, notice_days=7)

    assert (risk.has_board, risk.free) == (False, ())


def test_holidays_and_weekends_are_not_free():
    maundy_thursday = date(2026, 4, 2)

    risk = risk_of(today=maundy_thursday, promised_on=date(2026, 4, 7), land="NW")

    assert risk.free == (maundy_thursday, date(2026, 4, 7))


# --- Groups -----------------------------------------------------------------------------------------------------------


def test_inbox_puts_the_most_urgent_first_and_says_which_days_are_free(programme, officer):
    far = date(2026, 6, 1)
    case_of(programme, "Neu", promised_on=far)
    make_submission(case_of(programme, "Geantwortet", promised_on=far))
    case_of(programme, "Vertagt", state=State.DEFERRED, promised_on=far)
    case_of(programme, "Knapp", promised_on=date(2026, 3, 3))
    case_of(programme, "Spät", promised_on=date(2026, 2, 27))

    with clock.at(MONDAY):
        rows = [(row.group, row.task.title, row.note) for row in Inbox(officer).rows()]

    assert rows == [
        (OVERDUE, "Spät", ""),
        (AT_RISK, "Knapp", "Days still free: Mon 2. March, Tue 3. March."),
        (ANSWERED, "Geantwortet", ""),
        (NEW, "Neu", ""),
        (REST, "Vertagt", ""),
    ]


def test_inbox_names_the_board_a_case_has_to_reach(town, officer):
    programme = make_programme(town, notice_days=7)
    make_round(programme, board_meets_on=date(2026, 3, 10))
    case_of(programme, promised_on=date(2026, 3, 20))

    with clock.at(MONDAY):
        [row] = Inbox(officer).rows()

    assert row.note == "Days still free before the board of March 10, 2026 is invited: Mon 2. March, Tue 3. March."


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_makes_constant_queries(programme, officer, client, django_assert_num_queries, count):
    for number in range(count):
        case_of(programme, f"Chor {number}", promised_on=clock.today() + timedelta(days=1), assigned_to=officer)
    client.force_login(officer)

    with django_assert_num_queries(19):
        assert client.get(reverse("tasks")).status_code == 200


# --- Whose ------------------------------------------------------------------------------------------------------------


def titles(user, show):
    return sorted(row.task.title for row in Inbox(user, show).rows())


def test_inbox_shows_all_mine_or_nobodys(programme, officer, colleague):
    case_of(programme, "Ihrer", assigned_to=officer)
    case_of(programme, "Seiner", assigned_to=colleague)
    case_of(programme, "Niemandes")

    shown = [titles(officer, show) for show in ("", MINE, FREE)]

    assert shown == [["Ihrer", "Niemandes", "Seiner"], ["Ihrer"], ["Niemandes"]]


def test_deputy_finds_the_work_of_who_is_away_on_exactly_those_days(programme, officer, colleague, town):
    case_of(programme, "Ihrer", assigned_to=officer)
    enter(town, officer, colleague, date(2026, 3, 3), date(2026, 3, 4))

    found = []
    for day in (2, 3, 4, 5):
        with clock.at(date(2026, 3, day)):
            found.append(titles(colleague, MINE))

    assert found == [[], ["Ihrer"], ["Ihrer"], []]


# --- Absence ----------------------------------------------------------------------------------------------------------


def enter(town, user, deputy, first=MONDAY, last=MONDAY, by=None):
    with clock.at(MONDAY):
        return enter_absence(town, user=user, deputy=deputy, first=first, last=last, by=by or user)


def test_absence_leaves_history_and_event(town, officer, colleague):
    entry = enter(town, officer, colleague)

    event = Event.objects.get(kind="absence.enter")
    assert (event.subject_id, event.actor, entry.history.get().history_user) == (entry.pk, officer.pk, officer)


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 3, 5), date(2026, 3, 4)), (date(2026, 2, 1), date(2026, 3, 1))],
)
def test_absence_in_wrong_order_or_over_is_refused(town, officer, colleague, first, last):
    with pytest.raises(Refused):
        enter(town, officer, colleague, first, last)


def test_absence_on_days_already_taken_is_refused(town, officer, colleague):
    enter(town, officer, colleague, MONDAY, date(2026, 3, 6))

    with pytest.raises(Refused):
        enter(town, officer, colleague, date(2026, 3, 6), date(2026, 3, 9))


@pytest.mark.parametrize("role", [Role.DECIDER, Role.BOARD])
def test_deputy_without_a_role_in_common_is_refused(town, officer, role):
    with pytest.raises(Refused):
        enter(town, officer, make_user(town, role))


def test_absence_of_somebody_else_is_entered_by_the_administrator_only(town, officer, colleague):
    with pytest.raises(PermissionDenied):
        enter(town, officer, colleague, by=colleague)

    assert enter(town, officer, colleague, by=make_user(town, Role.ADMINISTRATOR)).user == officer


def test_absence_ended_early_keeps_the_days_that_are_over(town, officer, colleague):
    entry = enter(town, officer, colleague, MONDAY, date(2026, 3, 6))

    with clock.at(date(2026, 3, 4)):
        end_absence(entry, by=officer)

    assert Absence.objects.get().last == date(2026, 3, 3)


def test_absence_not_yet_begun_is_taken_back(town, officer, colleague):
    entry = enter(town, officer, colleague, date(2026, 3, 5), date(2026, 3, 6))

    with clock.at(MONDAY):
        end_absence(entry, by=officer)

    assert not Absence.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_absences_make_constant_queries(town, officer, client, django_assert_num_queries, count):
    for _number in range(count):
        enter_absence(
            town,
            user=(person := make_user(town, Role.OFFICER)),
            deputy=officer,
            first=clock.today(),
            last=clock.today(),
            by=person,
        )
    client.force_login(officer)

    with django_assert_num_queries(9):
        assert len(client.get(reverse("absences")).context["rows"]) == count
