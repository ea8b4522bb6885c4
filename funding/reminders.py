"""When somebody is reminded of a day: once per offset, only of the latest that is due, never backwards."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import models

from funding import clock
from funding.models import Reminder


def due_offset(due_on: date, offsets: Iterable[int], today: date) -> int | None:
    """The latest of these offsets (days from the due day) whose day has come; None before the first."""
    return max((offset for offset in offsets if due_on + timedelta(days=offset) <= today), default=None)


def note(about: models.Model, due_on: date, offset: int) -> bool:
    """Write down that somebody is reminded now; False when they were before. Inside `@writes`, `about` locked.

    What was missed while nobody ticked is left out, and a clock that goes back reminds nobody again. A day that was
    moved is a new day.
    """
    key = {
        "municipality_id": about.municipality_id,  # type: ignore[attr-defined]
        "about": about._meta.label_lower,
        "about_id": about.pk,
        "due_on": due_on,
    }
    if Reminder.objects.filter(**key, offset__gte=offset).exists():
        return False
    Reminder.objects.create(**key, offset=offset, reminded_at=clock.now())
    return True
