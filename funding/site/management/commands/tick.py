"""Do what the calendar makes due; as often as you like."""

import json
import logging
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, no_translations
from django.db import close_old_connections

from funding.site.calendar import WrongClock, tick
from funding.site.management.base import BaseCommand

logger = logging.getLogger(__name__)


def _minutes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 24 * 60:
        raise ArgumentTypeError("must be a number from 1 to 1440")
    return int(text)


class Command(BaseCommand):
    help = "Send reminders that are due, wake mails that wait, put back what a killed worker left; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=_minutes, metavar="MINUTES", help="go on until stopped, once in so long")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] is None:
            self.stdout.write(json.dumps(self.once()))
        while options["every"] is not None:
            time.sleep(options["every"] * 60)
            try:
                self.once()
            except Exception:  # the next one may succeed, and does what this one left
                logger.exception("What the calendar makes due was not done")
            close_old_connections()

    def once(self) -> dict[str, int]:
        """One tick. Raises CommandError when the clock is wrong."""
        call_command("clearsessions")  # of people who asked for a code and never came back, too
        try:
            return tick()
        except WrongClock:
            raise CommandError(
                "The clock of this machine stands before the last entry of the event log. Please set it right."
            ) from None
