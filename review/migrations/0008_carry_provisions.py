"""What was typed as one text becomes a list of provisions, a line each."""

from django.db import migrations


def _lines(text):
    lines = (line.strip().lstrip("–-•* ") for line in text.splitlines())
    return [line for line in lines if line]


def carry(apps, schema_editor):
    for name in ("Decision", "HistoricalDecision"):
        for row in apps.get_model("review", name).objects.exclude(conditions="", obligations="").iterator():
            texts = (("condition", row.conditions), ("obligation", row.obligations))
            row.provisions = [{"kind": kind, "text": line} for kind, text in texts for line in _lines(text)]
            row.save(update_fields=["provisions"])


class Migration(migrations.Migration):
    dependencies = [("review", "0007_structured_decisions")]

    operations = [migrations.RunPython(carry, migrations.RunPython.noop)]
