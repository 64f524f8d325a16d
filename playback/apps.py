from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from playback import clock


class PlaybackConfig(AppConfig):
    name = "playback"

    def ready(self) -> None:
        clock.configure(Path(settings.DATA_DIR) / "clock.json")
