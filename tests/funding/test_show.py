"""How values are shown: safe, in the page's language, left to right where they must be."""

import datetime

import pytest
from django.utils import translation

from funding.templatetags import show

SPACE = "\u00a0"


@pytest.fixture(autouse=True)
def _german():
    with translation.override("de"):
        yield


def test_eur_of_cents_is_an_amount_left_to_right():
    assert show.eur(123456).replace(SPACE, " ") == '<bdi dir="ltr" class="app-money">1.234,56 €</bdi>'


@pytest.mark.parametrize("shown", [show.eur, show.eur_text, show.iban, show.day, show.moment, show.bdi, show.ltr])
def test_value_that_is_missing_shows_nothing(shown):
    assert shown(None) == ""


def test_iban_stored_compact_is_shown_in_groups_of_four():
    assert show.iban("de89370400440532013000") == (
        '<bdi dir="ltr" class="app-nowrap">DE89 3704 0044 0532 0130 00</bdi>'
    )


def test_day_of_a_late_moment_is_the_local_one():
    late = datetime.datetime(2026, 3, 23, 23, 30, tzinfo=datetime.UTC)

    assert show.day(late) == '<time datetime="2026-03-24">24. März 2026</time>'


def test_bdi_of_typed_markup_is_escaped():
    assert show.bdi("<b>") == "<bdi>&lt;b&gt;</bdi>"


def test_bar_parts_of_segments_fill_the_whole_bar():
    segments = [{"label": "a", "cents": 100, "tone": "brand"}, {"label": "b", "cents": 300, "tone": "rest"}]

    parts = show.bar_parts(segments)

    assert [(part["x"], part["width"]) for part in parts] == [("0.00%", "25.00%"), ("25.00%", "75.00%")]


def test_bar_parts_of_an_empty_pot_have_no_width():
    assert [part["width"] for part in show.bar_parts([{"label": "a", "cents": 0, "tone": "rest"}])] == ["0.00%"]
