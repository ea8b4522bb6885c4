"""Enter a paper application from a TOML file."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, no_translations

from funding.gate import Refused
from funding.site.imports import choose_programme, import_application, parse
from funding.site.management.base import BaseCommand
from funding.toml import FileError, read_file


class Command(BaseCommand):
    help = "Enter a paper application from a TOML file and say what may be granted and what keeps it from being sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--programme", default="", help="its slug, or town/slug")
        parser.add_argument("--submit", action="store_true", help="send it in when nothing is wrong")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            file = parse(read_file(options["file"]))
            programme = choose_programme(options["programme"])
            imported = import_application(file, programme, submit=options["submit"])
        except (FileError, Refused) as error:
            raise CommandError(str(error)) from None
        if imported.is_known:
            self.stderr.write("This application was entered before; it was not entered a second time.")
        self.stdout.write(json.dumps(imported.as_json(), ensure_ascii=False))
