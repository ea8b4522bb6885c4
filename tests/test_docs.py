"""Documents that are written from the code say what the code says."""

from django.conf import settings

from funding.site.workflow_doc import render


def test_workflow_page_is_what_the_machines_declare():
    written = (settings.BASE_DIR / "docs" / "workflow.md").read_text(encoding="utf-8")

    assert written == render(), "run: manage.py write_workflow"
