"""Measure every main page against the floor, weigh what a phone loads, ask Lighthouse; write docs/performance.md.

Started by bin/bench, which names the two servers. Pages and floor are asked in turn, so that a machine that slows down
slows both; what counts is the ratio of the medians.
"""

import gzip
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Browser, sync_playwright

from tests.bench import pages as town
from tests.bench.pages import Page, Work

ROUNDS, WARM_UP = 40, 5
REPORT = Path(__file__).parents[2] / "docs" / "performance.md"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
FIRST_LOAD, LATER_PAGE = 75_000, 25_000  # bytes over the wire without fonts
FONTS = {"de": 50_000, "en": 50_000, "tr": 50_000, "ar": 95_000, "ru": 95_000}
LIGHTHOUSE = {"accessibility": 100, "performance": 95}


@dataclass(frozen=True)
class Row:
    """A page's figures: median milliseconds, times the floor, queries, bytes plain and compressed over the wire."""

    page: Page
    milliseconds: float
    ratio: float
    queries: int
    size: int
    wire: int

    @property
    def verdict(self) -> str:
        if self.page.goal is None:
            return ""
        met = "met" if self.ratio <= self.page.goal else "**missed**"
        return f"≤ {self.page.goal:g}: {met}"


def verdict(value: float, goal: float, *, at_most: bool = True) -> str:
    return "met" if (value <= goal if at_most else value >= goal) else "**missed**"


# --- Time, queries, bytes ---------------------------------------------------------------------------------------------


class Reader:
    """One kept connection to one server."""

    def __init__(self, port: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)

    def seconds(self, path: str, cookie: str) -> tuple[float, int]:
        """How long one answer took, and how many bytes it had over the wire."""
        headers = {"Accept-Encoding": "gzip", "Accept-Language": "de", **({"Cookie": cookie} if cookie else {})}
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        spent = time.perf_counter() - began
        if response.status != 200:
            sys.exit(f"{path} answered {response.status}: the figures would be of another page")
        return spent, len(body)


def cookie_of(page: Page) -> str:
    return f"sessionid={town.sign_in(page.person)}" if page.person else ""


def timed(found: list[Page]) -> tuple[list[Row], float]:
    """The rows of all pages, and the floor's median in milliseconds."""
    site, floor = Reader(os.environ["SITE_PORT"]), Reader(os.environ["FLOOR_PORT"])
    cookies = [cookie_of(page) for page in found]
    spent: list[list[float]] = [[] for _ in found]
    wires = [0] * len(found)
    floors: list[float] = []
    for number in range(WARM_UP + ROUNDS):
        for place, page in enumerate(found):
            seconds_floor, _ = floor.seconds("/", "")
            seconds, wires[place] = site.seconds(page.path, cookies[place])
            if number >= WARM_UP:
                floors.append(seconds_floor)
                spent[place].append(seconds)
    base = statistics.median(floors)
    rows = []
    for page, seconds_all, wire in zip(found, spent, wires, strict=True):
        median = statistics.median(seconds_all)
        queries, size = counted(page)
        rows.append(Row(page, median * 1000, median / base, queries, size, wire))
    return rows, base * 1000


def counted(page: Page) -> tuple[int, int]:
    """Queries and uncompressed bytes of one page."""
    client = Client(headers={"host": "127.0.0.1", "accept-language": "de"})
    if page.person:
        client.force_login(page.person)
    client.get(page.path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(page.path)
    content = response.content
    return len(captured), len(gzip.decompress(content) if response.get("Content-Encoding") == "gzip" else content)


# --- What a phone loads -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """Bytes over the wire of one visit, without fonts and the fonts alone."""

    what: str
    language: str
    rest: int
    fonts: int


def weighed(found: list[Page]) -> list[Load]:
    """First visit of the start page and one page later, per language, each with an empty cache at the start."""
    by_name = {page.name: page for page in found}
    start, form = by_name["Start page"], by_name["Form: idea"]
    languages = [code for code, _ in settings.LANGUAGES if code in FONTS]
    sessions = {code: cookie_of(form) for code in languages}  # Playwright's loop lets nobody ask the database
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        loads = [load for code in languages for load in _visits(browser, code, sessions[code], start, form)]
        browser.close()
    return loads


def _visits(browser: Browser, language: str, cookie: str, start: Page, form: Page) -> Iterable[Load]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale=language)
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    context.add_cookies([{"name": "django_language", "value": language, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: dict[str, int] = {}
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    for what, target in (("first load: start page", start), ("later: a form page", form)):
        sizes.clear()
        kinds.clear()
        page.goto(f"http://127.0.0.1:{os.environ['SITE_PORT']}{target.path}", wait_until="networkidle")
        fonts = sum(size for key, size in sizes.items() if kinds.get(key) == "Font")
        yield Load(what, language, sum(sizes.values()) - fonts, fonts)
    context.close()


# --- Lighthouse -------------------------------------------------------------------------------------------------------


def asked_lighthouse(found: list[Page]) -> list[tuple[str, dict[str, int]]]:
    by_name = {page.name: page for page in found}
    return [(name, _scores(by_name[name])) for name in ("Start page", "Form: idea")]


def _scores(page: Page) -> dict[str, int]:
    command = [
        os.environ["LIGHTHOUSE"],
        f"http://127.0.0.1:{os.environ['SITE_PORT']}{page.path}",
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(LIGHTHOUSE)}",
        f"--chrome-flags={' '.join(CHROMIUM_FLAGS)}",
    ]
    if page.person:
        command.append("--extra-headers=" + json.dumps({"Cookie": cookie_of(page)}))
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "CHROME_PATH": CHROMIUM}
    )
    categories = json.loads(done.stdout)["categories"]
    return {name: round(categories[name]["score"] * 100) for name in LIGHTHOUSE}


# --- The report -------------------------------------------------------------------------------------------------------


def report(
    rows: list[Row],
    base: float,
    loads: list[Load],
    scores: list[tuple[str, dict[str, int]]],
    works: Sequence[Work] = (),
) -> str:
    engine = connection.vendor
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, Django {django.__version__}, {engine}"
    lines = [
        "# Performance",
        "",
        "Measured by `bin/bench`, which writes this page. Times are ratios to the floor: a bare Django page that lists",
        f"{town.ROWS} rows, under the same server and database, asked in turn with every page in the same run.",
        "",
        f"{machine}; median of {ROUNDS} answers each; the floor took {base:.1f} ms.",
        "",
        "| page | times the floor | ms | queries | bytes | over the wire | goal |",
        "|---|--:|--:|--:|--:|--:|---|",
        *(
            f"| {row.page.name} | {row.ratio:.2f} | {row.milliseconds:.1f} | {row.queries} | {row.size:,} "
            f"| {row.wire:,} | {row.verdict} |"
            for row in rows
        ),
        "",
        "## What is made in the background",
        "",
        "Seconds of one core.",
        "",
        "| work | seconds | goal |",
        "|---|--:|---|",
        *(f"| {one.name} | {one.seconds:.2f} | ≤ {one.goal:g}: {verdict(one.seconds, one.goal)} |" for one in works),
        "",
        "## What a phone loads",
        "",
        f"Bytes over the wire. Goals: first load at most {FIRST_LOAD:,} and a later page at most {LATER_PAGE:,}",
        "without fonts; fonts at most 50,000 in German, English and Turkish, 95,000 in Arabic and Russian.",
        "",
        "| visit | language | without fonts | goal | fonts | goal |",
        "|---|---|--:|---|--:|---|",
        *(_load_line(load) for load in loads),
        "",
        "## Lighthouse (phone)",
        "",
        "| page | accessibility | goal 100 | performance | goal 95 |",
        "|---|--:|---|--:|---|",
        *(_score_line(name, found) for name, found in scores),
    ]
    return "\n".join(lines) + "\n"


def _load_line(load: Load) -> str:
    goal = FIRST_LOAD if load.what.startswith("first") else LATER_PAGE
    fonts = f"{load.fonts:,} | {verdict(load.fonts, FONTS[load.language])}"
    return f"| {load.what} | {load.language} | {load.rest:,} | {verdict(load.rest, goal)} | {fonts} |"


def _score_line(name: str, found: dict[str, int]) -> str:
    cells = [f"{found[key]} | {verdict(found[key], goal, at_most=False)}" for key, goal in LIGHTHOUSE.items()]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    town.fill()
    found = town.pages()
    rows, base = timed(found)
    text = report(rows, base, weighed(found), asked_lighthouse(found), town.works())
    REPORT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
