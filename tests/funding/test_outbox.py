"""The outbox against a mail server: taken once, sent once, and whatever else happens is seen by staff."""

import socket
from datetime import datetime, timedelta

import pytest
from django.db import connection

from funding import clock, outbox
from funding.clock import BERLIN
from funding.gate import Refused, writes
from funding.models import Message
from tests.factories import make_town
from tests.smtp import Gone, mail_server

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=BERLIN)


@pytest.fixture
def server(settings):
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def town(transactional_db):
    with clock.at(NOW):
        yield make_town()


def make_mail(town, **fields):
    defaults = {"kind": "x", "recipient": "a@b.example", "subject": "Grüße", "body": "Text", "state": "queued"}
    return Message.objects.create(municipality=town, written_at=NOW, queued_at=NOW, **defaults | fields)


def delivered(mail):
    outbox.deliver.call(mail.pk)
    mail.refresh_from_db()
    return mail


def test_mail_of_an_act_goes_out_after_its_commit_in_the_language_of_its_reader(town, server):
    @writes
    def act():
        outbox.post("x", to=[("a@b.example", "de")], about=town, text=lambda: ("Two\nlines", "Text"))
        assert server.arrived == []

    act()

    [mail] = server.arrived
    assert (mail["To"], mail["Subject"], mail["Auto-Submitted"]) == ("a@b.example", "Two lines", "auto-generated")
    assert Message.objects.get().state == "sent"


def test_mail_of_an_act_that_failed_does_not_exist(town, server):
    @writes
    def act():
        outbox.post("x", to=[("a@b.example", "de")], about=town, text=lambda: ("Subject", "Text"))
        raise Refused("No.")

    with pytest.raises(Refused):
        act()

    assert (server.arrived, Message.objects.count()) == ([], 0)


def test_mail_is_delivered_once_however_often_the_task_runs(town, server):
    mail = make_mail(town)

    for _ in range(3):
        delivered(mail)

    assert ([one["Message-ID"] for one in server.arrived], mail.state) == ([mail.message_id], "sent")


@pytest.mark.parametrize("point", ["mail", "rcpt", "data", "text"])
def test_mail_the_server_refuses_for_good_is_failed_with_its_reason(town, server, point):
    server.at[point] = lambda: "550 no such user"

    mail = delivered(make_mail(town))

    assert (mail.state, mail.error, server.arrived) == ("failed", "550 no such user", [])


@pytest.mark.parametrize("point", ["greeting", "mail", "rcpt", "data", "text"])
def test_mail_the_server_cannot_take_now_waits_for_the_next_tick(town, server, point):
    server.at[point] = lambda: "451 try later"

    mail = delivered(make_mail(town))
    waited = (mail.state, mail.tries, mail.error)
    server.at.clear()
    outbox.wake_waiting()

    mail.refresh_from_db()
    assert waited == ("queued", 1, "451 try later")
    assert (mail.state, mail.error, len(server.arrived)) == ("sent", "", 1)


def test_mail_is_failed_when_the_server_stays_away_for_an_hour(town, settings):
    with socket.socket() as nobody:  # a port on which nothing listens
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = nobody.getsockname()
        mail = make_mail(town)

        states = [delivered(mail).state for _ in range(6)]

    assert states == ["queued"] * 5 + ["failed"]
    assert mail.error == "[Errno 111] Connection refused"


@pytest.mark.parametrize("point", ["mail", "rcpt", "data", "text", "accepted"])
def test_mail_whose_connection_breaks_is_perhaps_sent_and_not_repeated_by_itself(town, server, point):
    def hang_up():
        raise Gone

    server.at[point] = hang_up

    mail = delivered(make_mail(town))
    server.at.clear()
    outbox.wake_waiting()
    delivered(mail)

    assert (mail.state, mail.error) == ("unsure", "Connection unexpectedly closed")
    assert len(server.arrived) == (1 if point == "accepted" else 0)


def test_mail_that_cannot_be_written_as_a_mail_is_failed_before_it_is_handed_over(town, server):
    mail = delivered(make_mail(town, recipient="a@b.example\nBcc: all@b.example"))

    assert (mail.state, mail.taken_at, server.arrived) == ("failed", None, [])


def test_mail_thought_lost_is_sent_after_all_when_its_worker_was_only_slow(town, server):
    def look_later():
        with clock.at(NOW + timedelta(minutes=20)):
            found.append(outbox.doubt_lost())
        connection.close()

    found = []
    server.at["text"] = look_later

    mail = delivered(make_mail(town))

    assert (found, mail.state, len(server.arrived)) == ([1], "sent", 1)


def test_mail_in_doubt_that_is_sent_again_has_the_same_message_id(town, server):
    def hang_up():
        raise Gone

    server.at["accepted"] = hang_up
    mail = delivered(make_mail(town))
    server.at.clear()

    outbox.send(mail, by=None)

    mail.refresh_from_db()
    assert [one["Message-ID"] for one in server.arrived] == [mail.message_id] * 2
    assert mail.state == "sent"


@pytest.mark.parametrize(("minutes", "state"), [(14, "sending"), (16, "unsure"), (-16, "unsure")])
def test_mail_whose_worker_never_came_back_is_doubted_whatever_the_clock_did(town, minutes, state):
    mail = make_mail(town, state="sending", taken_at=NOW, taken_by="x")

    with clock.at(NOW + timedelta(minutes=minutes)):
        outbox.doubt_lost()

    mail.refresh_from_db()
    assert mail.state == state


def test_mail_that_was_read_and_then_changed_is_not_sent(town, mailoutbox):
    mail = make_mail(town, state="draft")
    read = mail.fingerprint
    outbox.edit(mail, by=None, subject="Anders", body="Anders")

    with pytest.raises(Refused):
        outbox.send(mail, by=None, read=read)

    assert (mailoutbox, Message.objects.get().state) == ([], "draft")


def test_mail_of_an_invented_past_counts_as_sent_and_none_goes_out(town, mailoutbox):
    with outbox.pretended():
        writes(outbox.post)("x", to=[("a@b.example", "de")], about=town, text=lambda: ("Subject", "Text"))

    mail = Message.objects.get()
    assert (mailoutbox, mail.state, mail.sent_at) == ([], "sent", NOW)
