"""What the calendar makes due: reminders once each, only the latest, whatever happened to the clock."""

import io
import json
import threading
from datetime import date, datetime, time, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from applications.models import Membership
from funding import clock
from funding.events import head_file
from funding.models import Event, Message, Reminder
from funding.site.calendar import WrongClock, tick
from tests.factories import (
    make_application,
    make_grant,
    make_letter,
    make_organisation,
    make_programme,
    make_town,
    make_user,
)

DUE = date(2026, 3, 2)


def days(offset):
    return clock.at(datetime.combine(DUE, time(12)) + timedelta(days=offset))


@pytest.fixture
def town(db):
    town = make_town()
    head_file(town.pk).unlink(missing_ok=True)  # of an earlier test's town of the same number
    return town


@pytest.fixture
def applicant():
    return make_user(email="leyla@b.example", language="en", name="Leyla")


@pytest.fixture
def case(town, applicant):
    organisation = make_organisation(town)
    Membership.objects.create(municipality=town, organisation=organisation, user=applicant, right="submit")
    return make_application(make_programme(town), organisation, state="awarded", file_number="FT-2026-0001")


@pytest.fixture
def proof(case):
    return make_grant(case, proof_due_on=DUE).proofs.get()


@pytest.fixture
def asked(case):
    type(case).objects.filter(pk=case.pk).update(state="returned", answer_by=DUE)
    return case


def reminders():
    return [(reminder.offset, reminder.due_on) for reminder in Reminder.objects.order_by("pk")]


# --- Usage proofs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(-31, []), (-30, [-30]), (-8, [-30]), (-7, [-7]), (0, [-7]), (1, [1]), (13, [1]), (14, [14]), (400, [14])],
)
def test_first_tick_reminds_of_the_latest_day_that_is_due(proof, offset, expected):
    with days(offset):
        tick()

    assert reminders() == [(each, DUE) for each in expected]


def test_ticking_every_day_reminds_four_times_and_never_again(proof):
    for offset in range(-40, 60):
        with days(offset):
            tick()

    assert [offset for offset, _due in reminders()] == [-30, -7, 1, 14]
    assert Message.objects.filter(kind="proof-reminder").count() == 4


def test_tick_after_the_machine_was_off_sends_one_mail_not_all_it_missed(
    proof, mailoutbox, django_capture_on_commit_callbacks
):
    with days(2), django_capture_on_commit_callbacks(execute=True):
        tick()

    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["leyla@b.example"], "Your usage proof is missing: FT-2026-0001")
    assert f"http://127.0.0.1:8000/money/proof/{proof.pk}/" in mail.body
    assert f"http://127.0.0.1:8000/cases/{proof.grant.application_id}/" in mail.body


def test_clock_that_goes_back_reminds_nobody_again(proof):
    with days(14):
        tick()

    refused = 0
    for offset in (13.5, 12, 1, -30):
        with days(offset):
            try:
                tick()
            except WrongClock:
                refused += 1

    assert ([offset for offset, _due in reminders()], refused) == ([14], 3)


def test_proof_whose_day_is_moved_is_reminded_of_the_new_day(proof):
    with days(-7):
        tick()
    type(proof.grant).objects.update(proof_due_on=DUE + timedelta(days=60))
    with days(-6):
        tick()
    with days(60 - 7):
        tick()

    assert reminders() == [(-7, DUE), (-7, DUE + timedelta(days=60))]


@pytest.mark.parametrize("state", ["submitted", "checked", "settled"])
def test_proof_that_was_handed_in_is_not_reminded_of(proof, state):
    type(proof).objects.update(state=state)

    with days(14):
        tick()

    assert reminders() == []


def test_proof_of_a_group_nobody_can_be_reached_of_is_reminded_later(proof, applicant, town):
    Membership.objects.all().delete()
    type(proof.organisation).objects.update(email="")
    with days(1):
        tick()
    type(proof.organisation).objects.update(email="gruppe@b.example")
    with days(2):
        tick()

    assert reminders() == [(1, DUE)]
    assert Message.objects.get().recipient == "gruppe@b.example"


@pytest.mark.django_db(transaction=True)
def test_eight_ticks_at_once_remind_once(proof):
    start = threading.Barrier(8)
    errors = []

    def run():
        try:
            start.wait()
            with days(1):
                tick()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (errors, reminders(), Message.objects.count()) == ([], [(1, DUE)], 1)


# --- Answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("offset", "expected"), [(-4, []), (-3, [(-3, DUE)]), (0, [(-3, DUE)]), (1, [])])
def test_answer_is_reminded_of_three_days_before_it_is_due_and_not_afterwards(asked, offset, expected):
    for _ in range(2):
        with days(offset):
            tick()

    assert reminders() == expected


def test_answer_is_not_reminded_of_while_the_question_waits_in_the_outbox(asked, town):
    fields = {"municipality": town, "kind": "return", "about": "applications.application", "about_id": asked.pk}
    question = Message.objects.create(recipient="a@b.example", state="draft", written_at=clock.now(), **fields)
    with days(-3):
        tick()
    assert reminders() == []

    Message.objects.filter(pk=question.pk).update(state="sent")
    with days(-2):
        tick()
    assert reminders() == [(-3, DUE)]


# --- Letters ----------------------------------------------------------------------------------------------------------


def test_letter_counts_as_provided_on_the_day_its_mail_really_went(case, town):
    letter = make_letter(case, delivery="download", provided_on=DUE)
    fields = {"municipality": town, "kind": "decision", "about": "applications.letter", "about_id": letter.pk}
    with days(2):
        Message.objects.create(
            recipient="a@b.example", state="sent", written_at=clock.now(), sent_at=clock.now(), **fields
        )
        tick()
        tick()

    letter.refresh_from_db()
    assert letter.provided_on == DUE + timedelta(days=2)
    assert [event.kind for event in Event.objects.order_by("number")] == ["letter.provide"]


# --- The command ------------------------------------------------------------------------------------------------------


def test_command_says_what_it_did(proof):
    out = io.StringIO()
    with days(1):
        call_command("tick", stdout=out)

    assert {name: count for name, count in json.loads(out.getvalue()).items() if count} == {"proofs_reminded": 1}


def test_command_refuses_a_clock_that_stands_before_the_log(proof):
    with days(14):
        tick()

    with days(1), pytest.raises(CommandError) as refusal:
        call_command("tick", stdout=io.StringIO())

    assert str(refusal.value) == (
        "The clock of this machine stands before the last entry of the event log. Please set it right."
    )


@pytest.mark.parametrize("minutes", ["0", "-1", "x", "1441", "1.5"])
def test_command_refuses_a_pace_that_is_none(db, minutes):
    with pytest.raises(CommandError) as refusal:
        call_command("tick", f"--every={minutes}")

    assert "argument --every: must be a number from 1 to 1440" in str(refusal.value).lower()
