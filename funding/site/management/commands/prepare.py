"""Bring an installation up to date before it serves: the tables, the static files, and the demo when asked for."""

import hashlib
import io
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from funding.models import Municipality
from funding.site.management.base import BaseCommand

DEMO_PROGRAMME = settings.BASE_DIR / "funding" / "programmes" / "unna.toml"


class Command(BaseCommand):
    help = (
        "Check the demo mark, migrate, collect the static files, with DEMO fill an empty database with the demo; then "
        "do what the calendar made due meanwhile."
    )
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """One process for all steps: a second start spends its time on serving, not on starting Python five times."""
        try:
            call_command("check_mark")
        except CommandError as refusal:
            sys.exit(str(refusal))  # the sentence alone, without the name of Django's error before it
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        _collect_static_files()
        if not settings.DEMO:
            call_command("first_administrator")
        elif not Municipality.objects.exists():
            self.stdout.write("Filling the empty database with the demo …")
            with transaction.atomic():  # an interrupted start leaves the database empty, not half-filled
                report = io.StringIO()  # what was loaded, for programs; a newcomer wants the address
                call_command("load_programme", str(DEMO_PROGRAMME), stdout=report)
                call_command("demo", stdout=report)
        try:
            call_command("tick", stdout=io.StringIO())  # what became due while nothing ran
        except CommandError as refusal:
            self.stderr.write(str(refusal))


def _collect_static_files() -> None:
    """Only after a change: compressing them again takes longer than everything else in a start."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = _fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint, encoding="ascii")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
