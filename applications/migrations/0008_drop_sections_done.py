from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("applications", "0007_carry_sections")]

    operations = [
        migrations.RemoveField(model_name="application", name="sections_done"),
        migrations.RemoveField(model_name="historicalapplication", name="sections_done"),
    ]
