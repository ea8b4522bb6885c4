"""Load a town with its programme from a TOML file."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, no_translations

from funding.gate import Refused
from funding.operations import load_programme
from funding.policies import SYSTEM
from funding.programmes import parse
from funding.site.management.base import BaseCommand
from funding.toml import FileError, read_file


class Command(BaseCommand):
    help = "Load a town and its programme from a TOML file; loading it again shows what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_programme(parse(read_file(options["file"])), by=SYSTEM, demo=settings.DEMO)
        except (FileError, Refused) as error:
            raise CommandError(str(error)) from None
        programme = loaded.programme
        report = {
            "created": loaded.created,
            "changed": loaded.changed,
            "missing_for_round": [str(name) for name in programme.missing_for_round()],
            "missing_for_letters": [str(name) for name in programme.municipality.missing_for_letters],
        }
        self.stdout.write(json.dumps(report, ensure_ascii=False))
        for what, missing in (
            ("open a round", report["missing_for_round"]),
            ("issue letters", report["missing_for_letters"]),
        ):
            if missing:
                self.stderr.write(f"{programme.municipality} cannot {what} yet. Please enter: {', '.join(missing)}.")
