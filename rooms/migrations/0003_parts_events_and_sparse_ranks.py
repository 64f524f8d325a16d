"""Revisions by part in one column, events in place of receipts, ranks with gaps, and when a track ends."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

RANK_GAP = 1 << 20


def take_over(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    rooms, entries = (apps.get_model("rooms", name).objects.using(alias) for name in ("Room", "QueueEntry"))
    for room in rooms:
        room.part_revisions = {
            part: getattr(room, f"{part}_revision") for part in ("transport", "queue", "history", "settings")
        }
        # a playing room is caught up with the next time that somebody looks: it may have ended long ago
        room.ends_us = room.at_us if room.status == "playing" else None
        room.save(update_fields=["part_revisions", "ends_us"])
    entries.update(
        rank=(models.F("rank") + 1) * RANK_GAP, shuffled_rank=(models.F("shuffled_rank") + 1) * RANK_GAP
    )


class Migration(migrations.Migration):
    dependencies = [("rooms", "0002_identity_and_receipts")]

    operations = [
        migrations.AddField(model_name="room", name="part_revisions", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="room", name="ends_us", field=models.BigIntegerField(db_index=True, null=True)),
        migrations.AlterField(model_name="queueentry", name="rank", field=models.BigIntegerField()),
        migrations.AlterField(model_name="queueentry", name="shuffled_rank", field=models.BigIntegerField()),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RemoveField(model_name="room", name="transport_revision"),
        migrations.RemoveField(model_name="room", name="queue_revision"),
        migrations.RemoveField(model_name="room", name="history_revision"),
        migrations.RemoveField(model_name="room", name="settings_revision"),
        migrations.CreateModel(
            name="RoomEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveBigIntegerField()),
                ("at_us", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("actor", models.CharField(blank=True, max_length=60)),
                ("actor_name", models.CharField(blank=True, max_length=40)),
                ("command_id", models.CharField(blank=True, max_length=64)),
                ("payload", models.JSONField(default=dict)),
                ("inverse", models.JSONField(null=True)),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="rooms.room"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["room", "-id"], name="rooms_roome_room_id_3f8039_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("command_id", ""), _negated=True),
                        fields=("room", "actor", "command_id"),
                        name="one_answer_per_command",
                    )
                ],
            },
        ),
        migrations.DeleteModel(name="CommandReceipt"),
    ]
