"""The worker: what is sent or made in the background."""

import time
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import no_translations
from django.db import Error, connection
from django_tasks_db.management.commands.db_worker import Worker

from funding.site.management.base import BaseCommand


class Command(BaseCommand):
    help = "Do what waits in the background, above all send mails, until it is stopped. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing waits any more")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(
            queue_names=["default"],
            excluded_queue_names=[],
            interval=1,
            batch=options["once"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=uuid.uuid4().hex,
        )
        worker.configure_signals()
        while worker.running:
            try:
                worker.run()
            except Error as error:  # the database is away or locked: not the end of a worker
                self.stderr.write(f"The worker waits for the database: {error}")
                connection.close()
                time.sleep(5)
            if options["once"]:
                break
