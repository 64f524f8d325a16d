"""Give a fresh site something to hear: the demo music, and a public room that plays it."""

from typing import Any

from django.core.management.base import BaseCommand

from library.demo import ensure_demo_tracks
from library.ingest.worker import working
from library.models import Track
from playback import clock
from playback.commands import Play, SetRepeat
from playback.timeline import Repeat
from rooms import services
from rooms.identity import Identity
from rooms.models import Room

DEMO_SLUG = "demo"
DEMO_NAME = "Demo room"
_SEEDER = Identity(None, "", "Synchro", is_staff=True)


class Command(BaseCommand):
    help = "Add the demo music to the library and open a public room with it, once; a second run changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        tracks = ensure_demo_tracks()
        with working() as worker:
            worker.drain()
        if Room.objects.exists():
            return
        ready = [t.pk for t in tracks if Track.objects.get(pk=t.pk).status == Track.Status.READY]
        room = Room.objects.create(name=DEMO_NAME, slug=DEMO_SLUG)
        if not ready:
            return
        now_us = clock.now_us()
        services.queue_add(room.slug, identity=_SEEDER, track_ids=ready, now_us=now_us)
        services.transport(room.slug, identity=_SEEDER, command=SetRepeat(Repeat.ALL), now_us=now_us)
        services.transport(room.slug, identity=_SEEDER, command=Play(), now_us=now_us)
        self.stdout.write(f"Opened “{DEMO_NAME}” with {len(ready)} tracks.")
