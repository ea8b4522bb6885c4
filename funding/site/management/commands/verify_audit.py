"""Prove the event log and the files that went out: name the first entry or file that is not as it was written."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, no_translations

from funding.models import Event, Municipality
from funding.site.management.base import BaseCommand
from funding.site.proof import first_mismatch


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
            if (mismatch := first_mismatch(town)) is not None:
                raise CommandError(mismatch)
        entries = Event.objects.filter(municipality__in=towns).count()
        self.stdout.write(json.dumps({"entries": entries, "ok": True}))
