"""What stood in the list of sections that were done goes into what is known of each section, and back."""

from typing import Any

from django.db import migrations


def forwards(apps: Any, schema_editor: Any) -> None:
    applications = apps.get_model("applications", "Application").objects
    for application in applications.exclude(sections_done=[]).iterator():
        sections = {slug: {"done": True} for slug in application.sections_done}
        applications.filter(pk=application.pk).update(sections=sections)


def backwards(apps: Any, schema_editor: Any) -> None:
    applications = apps.get_model("applications", "Application").objects
    for application in applications.exclude(sections={}).iterator():
        done = sorted(slug for slug, kept in application.sections.items() if kept.get("done"))
        applications.filter(pk=application.pk).update(sections_done=done)


class Migration(migrations.Migration):
    dependencies = [("applications", "0006_sections")]

    operations = [migrations.RunPython(forwards, backwards)]
