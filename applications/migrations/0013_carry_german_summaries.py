"""The German summary becomes one of the German versions, confirmed as it was taken for until now; and back."""

from typing import Any

from django.db import migrations

from applications.sections import fingerprint


def forwards(apps: Any, schema_editor: Any) -> None:
    applications = apps.get_model("applications", "Application").objects
    for application in applications.exclude(summary_de="").exclude(language="de").iterator():
        when = application.updated_at.isoformat(timespec="seconds")
        entry = {"text": application.summary_de, "of": fingerprint(application.summary), "written_by": None}
        entry |= {"written_at": when, "confirmed_by": None, "confirmed_at": when}
        applications.filter(pk=application.pk).update(german={"summary": entry})


def backwards(apps: Any, schema_editor: Any) -> None:
    applications = apps.get_model("applications", "Application").objects
    for application in applications.exclude(german={}).iterator():
        text = application.german.get("summary", {}).get("text", "")
        applications.filter(pk=application.pk).update(summary_de=text)


class Migration(migrations.Migration):
    dependencies = [("applications", "0012_german_versions")]

    operations = [migrations.RunPython(forwards, backwards)]
