"""Print the link with which the first administrator sets an empty installation up."""

import os
from typing import Any

from django.urls import reverse

from funding.operations import has_administrator
from funding.site.links import setup_token
from funding.site.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print a link for the first administrator; nothing when there is one already."

    def handle(self, *args: Any, **options: Any) -> None:
        if has_administrator():
            return
        address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}{reverse('setup', args=[setup_token()])}"
        self.stdout.write(f"Set up the first town and its administrator here (valid for one week): {address}")
