"""Write docs/workflow.md from the machines."""

from typing import Any

from django.conf import settings

from funding.site.management.base import BaseCommand
from funding.site.workflow_doc import render


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / "docs" / "workflow.md").write_text(render(), encoding="utf-8")
