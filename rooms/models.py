"""Rooms: their timeline, queue, members and history. Rows only; `rooms.commands` and `rooms.change` write them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from library.models import Track


class Room(models.Model):
    """A room and its transport (see `playback.timeline`). Every change adds 1 to `revision`, by compare-and-set."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Public: listed on the home page")
        UNLISTED = "unlisted", _("Unlisted: only people with the link find it")

    class Control(models.TextChoices):
        EVERYONE = "everyone", _("Everyone in the room")
        HOSTS = "hosts", _("Hosts only")

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    visibility = models.CharField(_("who finds it"), max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    control = models.CharField(_("who may control it"), max_length=10, choices=Control, default=Control.EVERYONE)
    volume = models.FloatField(default=1.0)  # 0 to 1, for every listener
    shuffle = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    status = models.CharField(max_length=8, default="stopped")
    entry = models.BigIntegerField(null=True)  # QueueEntry.pk; no foreign key, since the timeline alone decides on it
    position = models.BigIntegerField(default=0)  # samples
    at_us = models.BigIntegerField(default=0)
    began_us = models.BigIntegerField(null=True)  # when `entry` began to sound; null: it has not (playback.plays)
    heard_samples = models.BigIntegerField(default=0)  # of it, by `at_us`
    repeat = models.CharField(max_length=4, default="off")

    revision = models.PositiveBigIntegerField(default=1)
    part_revisions = models.JSONField(default=dict)  # by part: the revision that changed it last (rooms.parts)
    ends_us = models.BigIntegerField(null=True, db_index=True)  # when the timeline changes by itself, as last written

    class Meta:
        ordering = ["name", "id"]
        verbose_name, verbose_name_plural = _("room"), _("rooms")

    def __str__(self) -> str:
        return self.name

    def revision_of(self, part: str) -> int:
        """The revision that changed a part last; 1: none has since the room was opened."""
        revision: int = self.part_revisions.get(part, 1)
        return revision


class Member(models.Model):
    """Somebody who has joined a room: a user, or a guest known by the key in a signed cookie."""

    class Role(models.TextChoices):
        HOST = "host", _("host")
        LISTENER = "listener", _("listener")

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE)
    guest_key = models.CharField(max_length=32, blank=True)
    nickname = models.CharField(_("nickname"), max_length=40)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.LISTENER)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["room", "user"], condition=models.Q(user__isnull=False), name="member_once_per_user"
            ),
            models.UniqueConstraint(
                fields=["room", "guest_key"], condition=~models.Q(guest_key=""), name="member_once_per_guest"
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, guest_key="") | (models.Q(user=None) & ~models.Q(guest_key="")),
                name="member_is_a_user_or_a_guest",
            ),
        ]

    def __str__(self) -> str:
        return self.nickname


class QueueEntry(models.Model):
    """A track's place in a room's queue. A removed one is kept for a while, so that it can be put back."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="entries")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    rank = models.BigIntegerField()  # the order as people arranged it; rooms.queue.order leaves gaps
    shuffled_rank = models.BigIntegerField()  # the order while the room shuffles
    added_by = models.CharField(max_length=40, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    removed_revision = models.PositiveBigIntegerField(null=True)  # the room's revision that took it out

    class Meta:
        ordering = ["rank", "id"]
        indexes = [models.Index(fields=["room", "removed_revision", "rank"])]
        verbose_name, verbose_name_plural = _("queue entry"), _("queue entries")

    def __str__(self) -> str:
        return f"{self.track_id} in room {self.room_id}"


class HistoryEntry(models.Model):
    """A track that was played in a room (`playback.plays`). Names are kept as they were, so that deleting a track tears
    no hole."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="history")
    track = models.ForeignKey(Track, null=True, on_delete=models.SET_NULL, related_name="+")
    entry = models.BigIntegerField()
    title = models.CharField(max_length=300)
    artist = models.CharField(max_length=300, blank=True)
    added_by = models.CharField(max_length=40, blank=True)
    started_us = models.BigIntegerField()  # server time

    class Meta:
        ordering = ["-started_us", "-id"]
        indexes = [models.Index(fields=["room", "-started_us"])]
        verbose_name, verbose_name_plural = _("history entry"), _("history")

    def __str__(self) -> str:
        return self.title


class RoomEvent(models.Model):
    """A command that was carried out: who did what, and what undoes it. Also its receipt: the same id of the same
    person is not carried out again. `rooms.change` is the only writer."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="events")
    revision = models.PositiveBigIntegerField()  # the room's, after it
    at_us = models.BigIntegerField()  # server time
    kind = models.CharField(max_length=40)  # the command's type in playback.protocol
    actor = models.CharField(max_length=60, blank=True)  # rooms.identity.Identity.key; empty: the site itself
    actor_name = models.CharField(max_length=40, blank=True)  # as it was then
    command_id = models.CharField(max_length=64, blank=True)
    payload = models.JSONField(default=dict)  # the command's fields, and what came of it
    inverse = models.JSONField(null=True)  # the command that undoes it, with its type; null: nothing does

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["room", "-id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["room", "actor", "command_id"],
                condition=~models.Q(command_id=""),
                name="one_answer_per_command",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} in room {self.room_id}"
