from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save, pre_delete


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from library.models import Track

        pre_delete.connect(_track_going, sender=Track)
        post_save.connect(_track_saved, sender=Track)


def _track_going(instance: Any, **_: Any) -> None:
    """The library does not know of rooms; rooms watch the library."""
    from playback import clock
    from rooms.services import track_going

    track_going(instance.pk, clock.now_us())


SHOWN_FIELDS = {"title", "artist", "album", "cover", "status"}


def _track_saved(instance: Any, created: bool, update_fields: Any, **_: Any) -> None:
    from playback import clock
    from rooms.services import track_changed

    if not created and (update_fields is None or SHOWN_FIELDS & set(update_fields)):
        track_changed(instance.pk, clock.now_us())
