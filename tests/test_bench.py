"""What the measurements say of a goal that was met and of one that was not."""

from tests.bench.measure import Load, Row, report
from tests.bench.pages import Page, Work


def row(name: str, ratio: float) -> Row:
    return Row(Page(name, "/", goal=3.0), milliseconds=10.0, ratio=ratio, queries=4, size=9000, wire=3000)


def test_report_page_above_its_goal_is_printed_as_missed():
    text = report([row("Slow", 3.01), row("Quick", 3.0)], 3.3, [], [])

    assert "| Slow | 3.01 | 10.0 | 4 | 9,000 | 3,000 | ≤ 3: **missed** |" in text.splitlines()
    assert "| Quick | 3.00 | 10.0 | 4 | 9,000 | 3,000 | ≤ 3: met |" in text.splitlines()


def test_report_heavy_visit_and_low_score_are_printed_as_missed():
    loads = [Load("first load: start page", "de", 75_001, 50_000), Load("later: a form page", "ar", 25_000, 95_001)]

    lines = report([], 3.3, loads, [("Start page", {"accessibility": 99, "performance": 95})]).splitlines()

    assert "| first load: start page | de | 75,001 | **missed** | 50,000 | met |" in lines
    assert "| later: a form page | ar | 25,000 | met | 95,001 | **missed** |" in lines
    assert "| Start page | 99 | **missed** | 95 | met |" in lines


def test_report_work_in_the_background_stands_with_its_goal():
    lines = report([], 3.3, [], [], [Work("Dossier of 40 cases", 0.734, 5.0), Work("Letters", 5.01, 5.0)]).splitlines()

    assert "| Dossier of 40 cases | 0.73 | ≤ 5: met |" in lines
    assert "| Letters | 5.01 | ≤ 5: **missed** |" in lines
