from django.db import migrations


def mark(apps, schema_editor):
    """Until now the category of this name was the one to which the tax-free amounts applied."""
    apps.get_model("funding", "Category").objects.filter(slug="volunteer-allowance").update(volunteer_allowance=True)


class Migration(migrations.Migration):
    dependencies = [("funding", "0005_usual_costs")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
