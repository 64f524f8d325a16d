"""What rooms watch: the library's tracks, and whatever changes somebody's rights. Neither knows of rooms."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth import SESSION_KEY, get_user_model
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from django.contrib.sessions.models import Session

        from library.models import Track
        from rooms.models import Member

        pre_delete.connect(_track_going, sender=Track)
        post_save.connect(_track_saved, sender=Track)
        post_save.connect(_person_changed, sender=get_user_model())
        post_delete.connect(_person_changed, sender=get_user_model())
        post_delete.connect(_session_ended, sender=Session)
        post_save.connect(_member_changed, sender=Member)
        post_delete.connect(_member_changed, sender=Member)


def _track_going(instance: Any, **_: Any) -> None:
    from playback import clock
    from rooms.queue.tracks import track_going

    track_going(instance.pk, clock.now_us())


SHOWN_FIELDS = {"title", "artist", "album", "cover", "status"}


def _track_saved(instance: Any, created: bool, update_fields: Any, **_: Any) -> None:
    from playback import clock
    from rooms.queue.tracks import track_changed

    if not created and (update_fields is None or SHOWN_FIELDS & set(update_fields)):
        track_changed(instance.pk, clock.now_us())


def _person_changed(instance: Any, created: bool = False, update_fields: Any = None, **_: Any) -> None:
    """Deactivated, demoted, given another password. That somebody signed in is noted in the row, and is no change."""
    if not created and set(update_fields or ()) != {"last_login"}:
        _rights_changed(instance.pk)


def _session_ended(instance: Any, **_: Any) -> None:
    """Signed out, or expired and swept."""
    if user_id := instance.get_decoded().get(SESSION_KEY):
        _rights_changed(int(user_id))


def _member_changed(instance: Any, created: bool = False, **_: Any) -> None:
    """An administrator changed a role or took somebody out. (Joining and leaving are told by whoever does it.)"""
    if not created and instance.user_id:
        _rights_changed(instance.user_id)


def _rights_changed(user_id: int) -> None:
    from rooms.broadcast import rights_changed

    transaction.on_commit(lambda: rights_changed(user_id))
