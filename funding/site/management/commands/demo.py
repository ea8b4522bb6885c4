"""Fill the database with the demo town: people, and a case in every state of every machine."""

import json
from typing import Any

from django.core.management.base import CommandError, no_translations

from funding.models import Municipality, Programme
from funding.operations import load_programme
from funding.policies import SYSTEM
from funding.programmes import FOLDER, parse
from funding.site.demo import build
from funding.site.management.base import BaseCommand
from funding.toml import read_file


class Command(BaseCommand):
    help = "Fill an empty database with the demo town: people, and a case in every state of every machine."

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if Municipality.objects.exclude(demo=True).exists():
            raise CommandError("This database belongs to a real town: the demo is never mixed with it.")
        if Programme.objects.filter(board_members__isnull=False).exists():
            raise CommandError("The demo is there already. Start with an empty data folder to make it anew.")
        load_programme(parse(read_file(str(FOLDER / "unna.toml"))), by=SYSTEM, demo=True)
        counts = build(Programme.objects.select_related("municipality").get(municipality__demo=True))
        self.stdout.write(json.dumps(counts))
