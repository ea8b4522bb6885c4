"""Print the link with which the first administrator sets an empty installation up."""

from typing import Any

from funding.operations import has_administrator
from funding.outbox import link_to
from funding.site.links import setup_token
from funding.site.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print a link for the first administrator; nothing when there is one already."

    def handle(self, *args: Any, **options: Any) -> None:
        if has_administrator():
            return
        address = link_to("setup", setup_token())
        self.stdout.write(f"Set up the first town and its administrator here (valid for one week): {address}")
