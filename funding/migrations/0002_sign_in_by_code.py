from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0001_people_programmes_events'),
    ]

    operations = [
        migrations.DeleteModel(
            name='SignInRequest',
        ),
    ]
