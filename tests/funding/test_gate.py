"""The gate: lock, version, permission, condition, history and event belong to every move; races lose cleanly."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.utils import translation
from django_fsm import TransitionNotAllowed

from applications.models import Application
from applications.workflow import State
from budgets.models import BudgetYear, LedgerEntry
from budgets.operations import Overdrawn, open_year, post
from funding import gate
from funding.gate import Refused, Stale, perform, record, writes
from funding.models import Assignment, Event, User
from funding.policies import SYSTEM
from tests.factories import make_application, make_organisation, make_programme, make_town, make_user


@pytest.fixture
def town(db):
    return make_town()


@pytest.fixture
def officer(town):
    return make_user(town, "officer")


@pytest.fixture
def applicant(town):
    return make_user()


@pytest.fixture
def case(town, applicant):
    return make_application(make_programme(town), make_organisation(town, applicant), state=State.RETURNED)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_move_writes_state_version_history_and_event(case, officer):
    moved = perform(case, "lapse", by=officer, reason="Keine Antwort bis zum 1. März.")

    row = moved.history.first()
    event = Event.objects.get()
    assert Application.objects.get(pk=case.pk).state == State.LAPSED
    assert moved.version == case.version + 1
    assert (row.history_user, row.history_change_reason) == (officer, "Keine Antwort bis zum 1. März.")
    assert (event.kind, event.subject, event.subject_id) == ("application.lapse", "applications.application", case.pk)
    assert (event.actor, event.role) == (officer.pk, "officer")


def test_move_with_an_old_version_is_stale_and_changes_nothing(case, officer):
    perform(case, "extend", by=officer, version=0, day="2026-05-01", reason="Urlaub")

    with pytest.raises(Stale):
        perform(case, "lapse", by=officer, version=0, reason="zu spät")

    assert Application.objects.get(pk=case.pk).state == State.RETURNED


def test_move_by_somebody_else_is_denied_and_leaves_no_trace(case):
    with pytest.raises(PermissionDenied):
        perform(case, "lapse", by=make_user(make_town(), "officer"), reason="–")

    assert (case.history.count(), Event.objects.count()) == (1, 0)  # made by the factory; no event
    assert Application.objects.get(pk=case.pk).version == 0


def test_move_without_a_person_is_denied(case):
    with pytest.raises(PermissionDenied):
        perform(case, "lapse", by=None, reason="–")


def test_move_from_another_state_is_not_allowed(case, officer):
    with pytest.raises(TransitionNotAllowed):
        perform(case, "admit", by=officer)


@translation.override("en")
def test_move_whose_condition_fails_is_refused_with_its_sentence(town, officer):
    programme = make_programme(town, checklist=["applicant"])
    case = make_application(programme, make_organisation(town), state=State.SUBMITTED)

    with pytest.raises(Refused) as refusal:
        perform(case, "admit", by=officer)

    assert "checklist" in str(refusal.value)


def test_stale_copy_in_memory_does_not_matter(case, officer):
    copy = Application.objects.get(pk=case.pk)
    perform(case, "lapse", by=officer, reason="–")

    with pytest.raises(TransitionNotAllowed):
        perform(copy, "extend", by=officer, day="2026-05-01", reason="–")


def test_record_outside_a_unit_of_work_is_an_error(case):
    with pytest.raises(RuntimeError):
        record(case.municipality_id, "application.start", case, by=SYSTEM)


def test_failed_unit_of_work_leaves_no_event_and_no_change(case, officer):
    @writes
    def twice():
        perform(case, "extend", by=officer, day="2026-05-01", reason="–")
        raise Refused("no")

    with pytest.raises(Refused):
        twice()

    assert Event.objects.count() == 0
    assert Application.objects.get(pk=case.pk).answer_by is None


@pytest.mark.django_db(transaction=True)
def test_lost_race_is_tried_again_as_a_whole():
    town = make_town()
    case = make_application(make_programme(town), make_organisation(town), state=State.RETURNED)
    officer, tries = make_user(town, "officer"), []

    @writes
    def loses_once():
        perform(case, "extend", by=officer, day="2026-05-01", reason="–")
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("database is locked")

    loses_once()

    assert len(tries) == 2
    assert Application.objects.get(pk=case.pk).version == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_row_that_somebody_else_added_first_is_tried_again_once():
    town, tries = make_town(), []
    user = make_user()

    @writes
    def adds():
        tries.append(1)
        Assignment.objects.create(municipality=town, user=user, role="officer")
        if len(tries) == 1:  # as if another transaction had added the same row
            Assignment.objects.create(municipality=town, user=user, role="officer")

    adds()

    assert (len(tries), Assignment.objects.filter(user=user).count()) == (2, 1)


def test_other_database_errors_are_not_tried_again(db):
    tries = []

    @writes
    def breaks():
        tries.append(1)
        raise OperationalError("disk I/O error")

    with pytest.raises(OperationalError):
        breaks()

    assert len(tries) == 1


def test_numbers_of_the_log_are_gapless_per_town(town, officer):
    here = [make_application(make_programme(town), make_organisation(town), state=State.RETURNED) for _ in range(2)]
    there = make_town()
    other = make_application(make_programme(there), make_organisation(there), state=State.RETURNED)
    perform(here[0], "lapse", by=officer, reason="–")
    perform(other, "lapse", by=make_user(there, "officer"), reason="–")
    perform(here[1], "lapse", by=officer, reason="–")

    numbers = list(Event.objects.filter(municipality=town).order_by("number").values_list("number", flat=True))

    assert numbers == [1, 2]


# --- Races ------------------------------------------------------------------------------------------------------------


def together(count, work):
    """Run `work(number)` in threads that start at the same moment; what each returned or raised, in order."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number):
        try:
            barrier.wait()
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_eight_people_making_the_same_move_make_it_once():
    town = make_town()
    case = make_application(make_programme(town), make_organisation(town), state=State.RETURNED)
    officers = [make_user(town, "officer") for _ in range(8)]

    results = together(8, lambda n: perform(case, "lapse", by=officers[n], reason="–"))

    late = [r for r in results if isinstance(r, TransitionNotAllowed)]
    assert len(late) == 7
    assert Application.objects.get(pk=case.pk).version == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ledger_under_sixteen_writers_is_never_overdrawn_and_loses_nothing():
    town = make_town()
    programme = make_programme(town, budget_per_year_cents=10_000_00)
    decider = make_user(town, "decider")
    year = open_year(programme, 2026, by=SYSTEM)

    results = together(16, lambda _n: post(BudgetYear.objects.get(pk=year.pk), "commit", 1_000_00, by=decider))

    entries = list(LedgerEntry.objects.filter(budget_year=year).order_by("number"))
    assert sum(isinstance(r, LedgerEntry) for r in results) == 10
    assert sum(isinstance(r, Overdrawn) for r in results) == 6
    assert [e.number for e in entries] == list(range(1, 12))
    assert [e.free_cents for e in entries] == [1_000_000 - n * 100_000 for n in range(11)]
    assert list(Event.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 12))


def test_gate_without_the_permission_check_would_let_the_move_through(case, monkeypatch):
    """Shows that the permission test above can fail: the machine itself asks nobody."""
    monkeypatch.setattr(gate.Move, "has_perm", lambda move, user: True)

    moved = perform(case, "lapse", by=make_user(make_town(), "officer"), reason="–")

    assert moved.state == State.LAPSED
