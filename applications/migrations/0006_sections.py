from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0005_more_time_to_answer")]

    operations = [
        migrations.AddField(
            model_name="application",
            name="sections",
            field=models.JSONField(blank=True, default=dict, help_text="How far each section is: applications/sections.py"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="sections",
            field=models.JSONField(blank=True, default=dict, help_text="Who wrote which answer: applications/sections.py"),
        ),
    ]
