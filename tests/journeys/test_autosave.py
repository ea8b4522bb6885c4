"""Nothing typed is ever lost: the server dies, the session ends, the network goes, somebody else writes as well."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications.models import Application
from applications.workflow import State
from tests.factories import CHILDCARE, make_application, make_organisation, make_user
from tests.journeys.people import Applicant, Browsers, de, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(programme: Any) -> Application:
    """A draft that could be sent, of somebody who may send it."""
    start = today() + timedelta(weeks=12)
    organisation = make_organisation(programme.municipality, make_user(name="Leyla Aydın"))
    days = {"start": start, "end": start + timedelta(days=60)}
    return make_application(programme, organisation, state=State.DRAFT, plan=CHILDCARE, **days)


def writer(draft: Application, browsers: Browsers, section: str) -> Applicant:
    person = Applicant(browsers, draft.organisation.memberships.first().user)
    person.goes(reverse("applications:edit", args=[draft.pk, section]))
    return person


def is_told(person: Applicant, words: str) -> None:
    person.page.locator("#saved", has_text=starting(words)).wait_for(timeout=20_000)


def starting(words: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{words}")


def test_text_is_kept_at_a_pause_and_is_there_in_another_browser(browsers, draft):
    leyla = writer(draft, browsers, "idea")

    leyla.types("Why is it needed?", "Wer neu ist, findet die Ämter")
    is_told(leyla, "Gespeichert")

    again = writer(draft, browsers, "idea")
    assert again.field("Why is it needed?").input_value() == "Wer neu ist, findet die Ämter"


def test_session_that_ended_says_so_and_the_text_comes_back_after_signing_in(browsers, draft, sign_in):
    leyla = writer(draft, browsers, "idea")
    Session.objects.all().delete()

    leyla.types("Why is it needed?", "Wer neu ist, findet die Ämter nicht.")
    is_told(leyla, "Sie sind nicht mehr angemeldet")
    sign_in(leyla.page, leyla.user)  # in another window
    is_told(leyla, "Gespeichert")

    assert Application.objects.get().need == "Wer neu ist, findet die Ämter nicht."


def test_network_gone_and_back_says_so_tries_again_and_loses_nothing(browsers, draft):
    leyla = writer(draft, browsers, "idea")
    leyla.page.context.set_offline(True)

    leyla.types("Why is it needed?", "Ohne Netz geschrieben.")
    is_told(leyla, "Noch nicht gespeichert")
    leyla.page.context.set_offline(False)
    is_told(leyla, "Gespeichert")

    assert Application.objects.get().need == "Ohne Netz geschrieben."


def test_page_loaded_again_before_the_text_arrived_brings_it_back(browsers, draft):
    leyla = writer(draft, browsers, "idea")
    leyla.page.route("**/autosave/", lambda route: route.abort())
    asked = []
    leyla.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    leyla.field("Why is it needed?").press_sequentially("Unterwegs")
    is_told(leyla, "Noch nicht gespeichert")
    leyla.page.unroute("**/autosave/")
    leyla.page.reload()
    is_told(leyla, "Gespeichert")

    assert asked == ["beforeunload"]
    assert leyla.field("Why is it needed?").input_value() == "Unterwegs"
    assert Application.objects.get().need == "Unterwegs"


def test_two_people_see_each_other_and_choose(browsers, draft):
    jonas_user = make_user(name="Jonas Brink")
    draft.organisation.memberships.create(municipality=draft.municipality, user=jonas_user, right="submit")
    leyla = writer(draft, browsers, "idea")
    jonas = Applicant(browsers, jonas_user)
    jonas.goes(reverse("applications:edit", args=[draft.pk, "idea"]))
    leyla.types("Why is it needed?", "Von Leyla")
    is_told(leyla, "Gespeichert")

    jonas.types("Why is it needed?", "Von Jonas")
    box = jonas.page.locator("#other-need")
    box.get_by_text("Leyla Aydın").wait_for()

    assert ("Von Leyla" in box.inner_text(), Application.objects.get().need) == (True, "Von Leyla")
    assert browsers.axe(jonas.page) == []
    jonas.presses(de("Keep mine"))
    assert Application.objects.get().need == "Von Jonas"


# --- The server dies --------------------------------------------------------------------------------------------------


@pytest.fixture
def server(draft, settings, tmp_path):
    """A real server on the test's database: `start()` gives its address, `kill()` ends it with SIGKILL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = connection.settings_dict["NAME"]
    url = f"sqlite:///{database}" if connection.vendor == "sqlite" else os.environ["DATABASE_URL"]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "funding.settings", "DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    env |= {"SECRET_KEY": settings.SECRET_KEY, "DEBUG": "1"}
    command = [sys.executable, "-m", "gunicorn", "funding.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    running: list[subprocess.Popen] = []

    class Server:
        address = f"http://127.0.0.1:{port}"

        def start(self) -> None:
            running.append(subprocess.Popen(command, env=env, start_new_session=True, cwd=settings.BASE_DIR))
            for _try in range(300):
                with socket.socket() as knocking:
                    if knocking.connect_ex(("127.0.0.1", port)) == 0:
                        return
                time.sleep(0.1)
            raise AssertionError("the server did not start")

        def kill(self) -> None:
            process = running.pop()
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    found = Server()
    yield found
    while running:
        found.kill()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the test database of a server has a name of its own")
def test_server_killed_between_two_fields_loses_nothing(browsers, draft, server, chromium):
    user = draft.organisation.memberships.first().user
    path = reverse("applications:edit", args=[draft.pk, "idea"])

    def open_page():
        client = Client()
        client.force_login(user)
        context = chromium.new_context(locale="de-DE", base_url=server.address)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.address}])
        page = context.new_page()
        page.goto(path)
        return page

    server.start()
    page = open_page()
    page.fill("[name=need]", "Vor dem Sturz.")
    page.locator("#saved", has_text=starting("Gespeichert")).wait_for()
    server.kill()
    page.fill("[name=goals]", "Nach dem Sturz.")
    page.locator("#saved", has_text=starting("Noch nicht")).wait_for()

    server.start()
    page.locator("#saved", has_text=starting("Gespeichert")).wait_for(timeout=60_000)
    other = open_page()

    assert [other.input_value(f"[name={name}]") for name in ("need", "goals")] == ["Vor dem Sturz.", "Nach dem Sturz."]
    page.context.close()
    other.context.close()
