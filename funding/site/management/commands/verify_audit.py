"""Prove the event log: recompute every chain and name the first entry that does not fit."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from funding import events
from funding.models import Event, Municipality


class Command(BaseCommand):
    help = "Verify the event log of every town; exit 1 naming the first entry that was altered, removed or inserted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--municipality", default="", metavar="SLUG")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        towns = Municipality.objects.order_by("slug")
        if slug := options["municipality"]:
            towns = towns.filter(slug=slug)
            if not towns:
                raise CommandError(f"There is no municipality “{slug}”.")
        for town in towns:
            if (mismatch := events.verify(town)) is not None:
                raise CommandError(str(mismatch))
        entries = Event.objects.filter(municipality__in=towns).count()
        self.stdout.write(json.dumps({"entries": entries, "ok": True}))
