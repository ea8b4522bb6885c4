"""A town's letterhead beyond its address: logo, colour, return address, lines of the info block."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from funding.models import Tenant

COLOR = "#1f3a5f"


class Stationery(Tenant):
    """How a town's letters look. A table of its own, so that only letters load the logo."""

    logo = models.BinaryField(null=True, blank=True, help_text="A PNG written anew")
    color = models.CharField(max_length=7, default=COLOR)
    return_address = models.CharField(max_length=120, blank=True)
    info = models.TextField(blank=True, help_text="Lines of the info block: label: value")
    history = HistoricalRecords(excluded_fields=["logo"])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality"], name="stationery_once")]

    @property
    def info_pairs(self) -> list[tuple[str, str]]:
        """(label, value) of each line."""
        lines = [line.partition(":") for line in self.info.splitlines() if line.strip()]
        return [(label.strip(), value.strip()) for label, _colon, value in lines]
