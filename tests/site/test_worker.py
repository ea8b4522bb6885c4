"""Real worker processes against a real mail server: killed outright at every nasty moment, nothing lost or repeated."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from funding import clock, outbox
from funding.gate import writes
from funding.models import Message
from funding.site.calendar import tick
from funding.site.tasks import tasks_of
from tests.factories import make_town, make_user
from tests.smtp import Gone, mail_server

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


@pytest.fixture
def town(transactional_db, settings):
    """A town whose mails wait for a worker."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return make_town()


def database():
    """The address of the test's database."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.fixture
def worker(server):
    """`worker()`: a process that does what waits and ends."""
    processes = []

    def start():
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "DATABASE_URL": database()}
        call = [sys.executable, "manage.py", "work", "--once"]
        shell = {**os.environ, **mail, "DJANGO_SETTINGS_MODULE": "funding.settings"}
        processes.append(subprocess.Popen(call, cwd=ROOT, env=shell))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def post(town, count=1):
    to = [(f"person-{number}@b.example", "de") for number in range(count)]
    return writes(outbox.post)("x", to=to, about=town, text=lambda: ("Betreff", "Text"))


@pytest.mark.parametrize(
    ("point", "arrived_before", "state", "arrived_in_the_end"),
    [
        ("greeting", 0, "sent", 1),  # not taken yet: sent later
        ("mail", 0, "unsure", 0),  # taken, nothing handed over
        ("text", 0, "unsure", 0),  # the server has read it all and drops it, since nobody is there
        ("accepted", 1, "unsure", 1),  # the server has taken it and could not say so
    ],
)
def test_worker_killed_while_a_mail_goes_loses_and_repeats_nothing(
    town, server, worker, point, arrived_before, state, arrived_in_the_end
):
    def kill():
        if running.poll() is None:
            running.send_signal(signal.SIGKILL)
            running.wait()
            raise Gone

    [mail] = post(town)
    server.at[point] = kill
    running = worker()
    assert running.wait(60) == -signal.SIGKILL
    assert len(server.arrived) == arrived_before

    with clock.at(clock.now() + timedelta(minutes=16)):
        tick()
    assert worker().wait(60) == 0

    mail.refresh_from_db()
    waits_for_staff = any("state=late" in task.url for task in tasks_of(make_user(town, "officer")))
    assert (mail.state, len(server.arrived), waits_for_staff) == (state, arrived_in_the_end, state == "unsure")


def test_worker_killed_after_the_last_answer_repeats_nothing(town, server, worker):
    [mail] = post(town)
    server.at["replied"] = lambda: running.send_signal(signal.SIGKILL)
    running = worker()
    running.wait(60)

    with clock.at(clock.now() + timedelta(minutes=16)):
        tick()
    worker().wait(60)

    mail.refresh_from_db()
    assert (len(server.arrived), mail.state in ("sent", "unsure")) == (1, True)


def test_two_workers_at_once_send_each_mail_once(town, server, worker):
    mails = post(town, 12)
    for mail in mails:
        outbox.deliver.enqueue(mail.pk)  # woken twice, as by a tick that came in between

    statuses = [process.wait(60) for process in (worker(), worker())]

    assert statuses == [0, 0]
    assert sorted(mail["To"] for mail in server.arrived) == sorted(mail.recipient for mail in mails)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_worker_that_was_never_woken_sends_after_the_tick(town, server, worker):
    post(town)
    DBTaskResult.objects.all().delete()  # killed between the commit and the call to the worker

    tick()
    tick()

    assert DBTaskResult.objects.count() == 1
    worker().wait(60)
    assert len(server.arrived) == 1
