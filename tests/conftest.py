"""What every test starts from: an environment of its own, a real browser, a real server.

The environment is set before anything reads the settings; this is why DJANGO_SETTINGS_MODULE stands here and not in
pyproject.toml, where pytest-django would load the settings before this file.
"""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest

# What the caller's shell may hold for a real installation must not reach the tests. DATABASE_URL stays: it chooses the
# server on which the test database is made.
for name in (
    "DEMO",
    "DEBUG",
    "SECRET_KEY",
    "EMAIL_URL",
    "MAIL_FROM",
    "HTTPS",
    "BEHIND_PROXY",
    "ALLOWED_HOSTS",
    "PORT",
    "SITE_URL",
):
    os.environ.pop(name, None)

# Always a temporary data folder, and one per parallel worker: uploads and audit heads of two tests never meet.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if not WORKER:
    os.environ["TEST_FOLDER"] = tempfile.mkdtemp(prefix="foerdertopf-test-")
    atexit.register(shutil.rmtree, os.environ["TEST_FOLDER"], ignore_errors=True)
TEST_FOLDER = Path(os.environ["TEST_FOLDER"])
DATA_DIR = TEST_FOLDER / (WORKER or "data")
(DATA_DIR / "static").mkdir(parents=True)  # WhiteNoise warns when it is missing, and warnings are errors
os.environ["DATA_DIR"] = str(DATA_DIR)

if "funding.settings" in sys.modules:
    pytest.exit("The tests set their own environment: unset DJANGO_SETTINGS_MODULE, then start them again.", 1)
os.environ["DJANGO_SETTINGS_MODULE"] = "funding.settings"
django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]  # the parallel workers inherit the environment, and come by here themselves

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: see `chromium` for what a started Playwright leaves behind in its process."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Leaves the outcome on the test, so that `new_page` can take a screenshot of a failure."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, one per worker.

    Playwright's synchronous interface keeps an event loop of its own "running" in this thread, between its calls too.
    Django would therefore refuse every query here as if it came from a coroutine; none of ours is one.
    """
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def cache_left_empty(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The cache is a table without a model: no flush empties it behind a test that committed, and its limits (codes per
    address and hour) would count for the next test."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if commits or (marker is not None and marker.kwargs.get("transaction")):
        from django.core.cache import cache

        with django_db_blocker.unblock():
            cache.clear()


@pytest.fixture(scope="session", autouse=True)
def cached_static_files() -> None:
    """Browsers keep styles, scripts and fonts as they do in production: a page then fetches only itself."""
    from django.contrib.staticfiles.handlers import StaticFilesHandlerMixin

    serve = StaticFilesHandlerMixin.serve

    def cached(self: Any, request: Any) -> Any:
        response = serve(self, request)
        response["Cache-Control"] = "max-age=3600"
        return response

    StaticFilesHandlerMixin.serve = cached


@pytest.fixture
def new_page(request: pytest.FixtureRequest, chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """`new_page(**context options)`: a page of a person of their own, at the running server (`page.goto("/")`).

    A script error or a violation of the content security policy fails the test. Of a failed test a screenshot is kept.
    """
    pages: list[Any] = []
    complaints: list[str] = []

    def open_page(**options: Any) -> Any:
        context = chromium.new_context(base_url=live_server.url, locale="de-DE", **options)
        context.set_default_timeout(10_000)
        if options.get("java_script_enabled", True):
            # An init script is no part of the page, so the content security policy does not stop it.
            context.add_init_script(path=AXE)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}") if "Content Security Policy" in message.text else None
            ),
        )
        pages.append(page)
        return page

    yield open_page

    if request.node.stash.get(FAILED, False):
        shots = Path(tempfile.mkdtemp(prefix="foerdertopf-screenshots-"))
        for number, page in enumerate(pages, 1):
            shot = shots / f"{request.node.name}-{number}.png".replace("/", "-")
            page.screenshot(path=shot, full_page=True)
            request.node.add_report_section("call", "screenshot", f"{page.url}: {shot}")
    for page in pages:
        page.context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    return new_page()


@pytest.fixture
def page_without_javascript(new_page: Callable[..., Any]) -> Any:
    return new_page(java_script_enabled=False)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Any, Any], None]:
    """`sign_in(page, user)`: gives the page's browser the cookie of a session of this user."""
    from django.conf import settings
    from django.test import Client

    def set_cookie(page: Any, user: Any) -> None:
        client = Client()  # a fresh one each time: signing in the next person would end the session of the last
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url, "httpOnly": True}]
        )

    return set_cookie


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """`assert axe(page) == []`: what axe-core finds against WCAG 2.2 AA, one line per finding with where and why."""
    script = """rules => axe.run(document, {runOnly: rules}).then(result => result.violations.flatMap(
        rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`)))"""

    def scan(page: Any) -> list[str]:
        return page.evaluate(script, AXE_RULES)

    return scan
