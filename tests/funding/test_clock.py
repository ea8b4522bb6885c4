"""The clock: real, set to another moment, and German."""

import threading
from datetime import UTC, date, datetime

from django.utils import timezone

from funding import clock


def test_clock_without_setting_shows_the_present():
    before = timezone.now()

    now = clock.now()

    assert before <= now <= timezone.now()


def test_day_set_is_today_and_noon_in_germany():
    with clock.at(date(2025, 12, 15)):
        assert (clock.today(), clock.now()) == (date(2025, 12, 15), datetime(2025, 12, 15, 11, tzinfo=UTC))


def test_naive_moment_set_is_german_time():
    with clock.at(datetime(2026, 7, 1, 0, 30)):
        assert (clock.today(), clock.now()) == (date(2026, 7, 1), datetime(2026, 6, 30, 22, 30, tzinfo=UTC))


def test_late_evening_in_utc_is_the_next_day_in_germany_for_every_reader():
    with timezone.override("America/New_York"), clock.at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        assert clock.today() == date(2027, 1, 1)


def test_clock_set_inside_returns_to_the_one_outside_even_after_an_error():
    with clock.at(date(2025, 1, 1)):
        try:
            with clock.at(date(2024, 1, 1)):
                raise RuntimeError
        except RuntimeError:
            pass
        assert clock.today() == date(2025, 1, 1)
    assert clock.today() >= date(2026, 1, 1)


def test_clock_set_in_one_thread_stays_real_in_another():
    seen = []

    with clock.at(date(2000, 1, 1)):
        thread = threading.Thread(target=lambda: seen.append(clock.today().year))
        thread.start()
        thread.join()

    assert seen != [2000]
