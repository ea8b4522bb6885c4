"""Periods and holidays, with every date of the domain description."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding import calendar

DAYS = st.dates(min_value=date(1995, 1, 1), max_value=date(2099, 12, 1))


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (1995, date(1995, 4, 16)),
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2011, date(2011, 4, 24)),
        (2024, date(2024, 3, 31)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
        (2049, date(2049, 4, 18)),
        (2076, date(2076, 4, 19)),
    ],
)
def test_easter_of_a_year_is_computed(year, sunday):
    assert calendar.easter(year) == sunday


NORTH_RHINE_WESTPHALIA_2026 = {
    date(2026, 1, 1): "Neujahr",
    date(2026, 4, 3): "Karfreitag",
    date(2026, 4, 6): "Ostermontag",
    date(2026, 5, 1): "Tag der Arbeit",
    date(2026, 5, 14): "Christi Himmelfahrt",
    date(2026, 5, 25): "Pfingstmontag",
    date(2026, 6, 4): "Fronleichnam",
    date(2026, 10, 3): "Tag der Deutschen Einheit",
    date(2026, 11, 1): "Allerheiligen",
    date(2026, 12, 25): "1. Weihnachtstag",
    date(2026, 12, 26): "2. Weihnachtstag",
}


def test_holidays_of_north_rhine_westphalia_are_complete():
    assert calendar.holidays(2026, "NW") == NORTH_RHINE_WESTPHALIA_2026


def test_holidays_of_baden_wuerttemberg_have_epiphany_in_addition():
    assert calendar.holidays(2026, "BW") == NORTH_RHINE_WESTPHALIA_2026 | {date(2026, 1, 6): "Heilige Drei Könige"}


@pytest.mark.parametrize("state", calendar.STATES)
@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2016, 10, 31), True),
        (date(2017, 10, 31), False),
        (date(2018, 10, 31), True),
        (date(1994, 11, 16), False),
        (date(1995, 11, 22), True),
    ],
)
def test_day_whose_law_changed_is_free_only_while_it_was(state, day, working):
    assert calendar.is_working_day(day, state) is working


def test_two_holidays_on_one_day_are_one_free_day_with_both_names():
    assert calendar.holidays(2008, "NW")[date(2008, 5, 1)] == "Tag der Arbeit / Christi Himmelfahrt"


def test_holidays_of_an_unknown_land_are_refused():
    with pytest.raises(ValueError, match="no table of holidays for the Land 'BY'"):
        calendar.holidays(2026, "BY")


@pytest.mark.parametrize(
    ("day", "next_day"),
    [
        (date(2026, 4, 2), date(2026, 4, 2)),
        (date(2026, 4, 3), date(2026, 4, 7)),
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_next_working_day_is_the_day_itself_or_the_first_after(day, next_day):
    assert calendar.next_working_day(day, "NW") == next_day


def test_next_working_day_on_epiphany_differs_between_the_laender():
    epiphany = date(2027, 1, 6)

    assert [calendar.next_working_day(epiphany, state) for state in ("NW", "BW")] == [epiphany, date(2027, 1, 7)]


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 3, 31), 0, date(2026, 3, 31)),
    ],
)
def test_month_added_keeps_the_number_of_the_day_or_takes_the_last(day, months, result):
    assert calendar.add_months(day, months) == result


@pytest.mark.parametrize(
    ("posted_on", "notified_on", "remedy_ends_on"),
    [
        (date(2026, 2, 2), date(2026, 2, 6), date(2026, 3, 6)),
        (date(2026, 1, 27), date(2026, 1, 31), date(2026, 3, 2)),  # notified on a Saturday, February has 28 days
        (date(2026, 2, 27), date(2026, 3, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2026, 11, 27), date(2026, 12, 1), date(2027, 1, 4)),  # New Year on a Friday
    ],
)
def test_letter_by_post_is_notified_on_the_fourth_day_and_open_for_a_month(posted_on, notified_on, remedy_ends_on):
    assert calendar.notified_by_post(posted_on) == notified_on
    assert calendar.remedy_ends_on(notified_on, "NW") == remedy_ends_on


def test_letter_posted_until_2024_was_notified_on_the_third_day():
    assert calendar.notified_by_post(date(2024, 12, 31)) == date(2025, 1, 3)
    assert calendar.notified_by_post(date(2025, 1, 1)) == date(2025, 1, 5)


@pytest.mark.parametrize(
    ("received_on", "notified_on"),
    [
        (date(2026, 2, 4), date(2026, 2, 6)),  # earlier does not count
        (date(2026, 2, 6), date(2026, 2, 6)),
        (date(2026, 2, 10), date(2026, 2, 10)),
    ],
)
def test_proven_receipt_replaces_the_fourth_day_only_when_it_is_later(received_on, notified_on):
    assert calendar.notified_by_post(date(2026, 2, 2), received_on) == notified_on


def test_letter_is_final_on_the_day_after_the_period_also_on_a_weekend():
    assert calendar.binding_on(date(2026, 3, 6)) == date(2026, 3, 7)


def test_letter_downloaded_on_a_friday_is_notified_on_saturday():
    assert calendar.notified_by_download(date(2026, 2, 6)) == date(2026, 2, 7)


def test_download_closes_ten_days_after_the_notice_shifted_off_the_weekend():
    assert calendar.download_closes_on(date(2026, 2, 5), "NW") == date(2026, 2, 16)
    assert calendar.download_closes_on(date(2026, 2, 6), "NW") == date(2026, 2, 16)


def test_proof_is_due_months_after_the_end_shifted_off_sunday():
    assert calendar.proof_due_on(date(2026, 11, 30), 3, "NW") == date(2027, 3, 1)


@given(DAYS, st.sampled_from(calendar.STATES))
def test_deadline_on_any_day_ends_on_a_working_day_within_a_week_of_the_month(notified_on, state):
    ends_on = calendar.remedy_ends_on(notified_on, state)

    assert calendar.is_working_day(ends_on, state)
    assert timedelta(0) <= ends_on - calendar.add_months(notified_on, 1) <= timedelta(days=4)
