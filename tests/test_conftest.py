"""The test infrastructure itself: what it promises about the environment, the browser and axe."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection

GOOD = '<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1><noscript>No script runs</noscript></main>'
BAD = '<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1><img src="data:,"></main>'


class Handler(BaseHTTPRequestHandler):
    """Serves the two pages under the strictest policy, like the product does."""

    def do_GET(self) -> None:
        body = (BAD if self.path == "/bad" else GOOD).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'none'; img-src data:")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_data_folder_in_tests_is_temporary_and_the_workers_own():
    own = Path(os.environ["TEST_FOLDER"]) / os.environ.get("PYTEST_XDIST_WORKER", "data")

    assert own == settings.DATA_DIR


@pytest.mark.django_db
def test_database_that_answers_is_the_one_asked_for():
    asked_for = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"

    assert (connection.vendor, Session.objects.count()) == (asked_for, 0)


@pytest.mark.browser
def test_axe_on_a_page_without_fault_finds_nothing(page, axe, address):
    page.goto(f"{address}/good")

    assert axe(page) == []


@pytest.mark.browser
def test_axe_on_an_image_without_text_names_rule_and_place(page, axe, address):
    page.goto(f"{address}/bad")

    assert [finding.split(": ")[:2] for finding in axe(page)] == [["image-alt", "img"]]


@pytest.mark.browser
def test_page_without_javascript_runs_no_script(page_without_javascript, address):
    page_without_javascript.goto(f"{address}/good")

    assert page_without_javascript.inner_text("noscript") == "No script runs"


@pytest.mark.browser
def test_database_beside_a_running_browser_answers(page):
    assert Session.objects.count() == 0


@pytest.mark.parametrize("turn", ["first", "second"])
def test_cache_is_empty_whatever_a_test_before_committed(turn, transactional_db):
    before = cache.get("limit")

    cache.set("limit", turn)

    assert before is None
