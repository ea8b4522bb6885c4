"""Numbers without gaps and the event log."""

from __future__ import annotations

from django.db import models

from funding.models.towns import Tenant


class Counter(Tenant):
    """The last number drawn of a series in a year; locked while drawing, so numbers are never used twice."""

    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "series", "year"], name="counter_series")]

    @classmethod
    def draw(cls, municipality_id: int, series: str, year: int) -> int:
        """The next number of a series; inside `@writes` only."""
        counter, _created = cls.objects.select_for_update().get_or_create(
            municipality_id=municipality_id, series=series, year=year
        )
        counter.last += 1
        counter.save()
        return counter.last


class Event(Tenant):
    """One entry of a town's chain (funding/events.py); never changed, never deleted."""

    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    actor = models.BigIntegerField(help_text="An account's number; 0 is the platform itself")
    role = models.CharField(max_length=120)
    details_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="event_number")]
        indexes = [models.Index(fields=["municipality", "subject", "subject_id"], name="event_subject")]


class EventDetails(Tenant):
    """What an entry was about in words and figures; may be erased, the chain still holds."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="more")
    salt = models.CharField(max_length=32)
    details = models.JSONField(default=dict)
    erased = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "event"], name="event_details_once")]


class EventHead(Tenant):
    """The last entry of a town's chain: the row whose lock makes the numbers gapless."""

    number = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality"], name="event_head")]
