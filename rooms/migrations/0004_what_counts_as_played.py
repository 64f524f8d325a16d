"""How much of what plays was heard, so that the history tells what was played and not what began."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0003_parts_events_and_sparse_ranks")]

    operations = [
        migrations.AddField(model_name="room", name="began_us", field=models.BigIntegerField(null=True)),
        migrations.AddField(model_name="room", name="heard_samples", field=models.BigIntegerField(default=0)),
    ]
