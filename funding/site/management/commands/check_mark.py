"""Refuse to start the demo on real data, and the real thing on the demo's."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, no_translations
from django.db import connection

from funding.models import Municipality
from funding.site.management.base import BaseCommand


class Command(BaseCommand):
    help = "Exit 1 when DEMO and the database do not belong together."
    requires_migrations_checks = False

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        table = Municipality._meta.db_table
        if table not in connection.introspection.table_names() or not Municipality.objects.exists():
            return
        marked = Municipality.objects.filter(demo=True).exists()
        if settings.DEMO and not marked:
            raise CommandError("This database holds real data: start with DEMO=0, or give the demo its own DATA_DIR.")
        if not settings.DEMO and marked:
            raise CommandError("This database holds the demo: start with DEMO=1, or choose another DATA_DIR.")
