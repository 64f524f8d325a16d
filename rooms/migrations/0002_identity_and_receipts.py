"""A member is a user or a guest, never neither and never both; a receipt is its sender's."""

from typing import Any

from django.db import migrations, models


def mend_members(apps: Any, schema_editor: Any) -> None:
    """Rows that no check kept out: of neither kind they are nobody's, of both they are the user's."""
    members = apps.get_model("rooms", "Member").objects.using(schema_editor.connection.alias)
    members.filter(user=None, guest_key="").delete()
    members.exclude(user=None).exclude(guest_key="").update(guest_key="")


def forget_receipts(apps: Any, schema_editor: Any) -> None:
    """They say not whose they are, and are of use for ten minutes."""
    apps.get_model("rooms", "CommandReceipt").objects.using(schema_editor.connection.alias).delete()


class Migration(migrations.Migration):
    dependencies = [("rooms", "0001_initial")]

    operations = [
        migrations.RunPython(mend_members, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("guest_key", ""), ("user__isnull", False))
                | models.Q(("user", None), models.Q(("guest_key", ""), _negated=True)),
                name="member_is_a_user_or_a_guest",
            ),
        ),
        migrations.RunPython(forget_receipts, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="commandreceipt", name="one_answer_per_command"),
        migrations.RemoveField(model_name="commandreceipt", name="created_at"),
        migrations.AddField(
            model_name="commandreceipt",
            name="sender",
            field=models.CharField(default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="commandreceipt", name="at_us", field=models.BigIntegerField(default=0), preserve_default=False
        ),
        migrations.AddConstraint(
            model_name="commandreceipt",
            constraint=models.UniqueConstraint(fields=("room", "sender", "command_id"), name="one_answer_per_command"),
        ),
    ]
