"""`manage.py import_music`: whole folders into the library, with a progress bar, as often as one likes."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from library.errors import LibraryError
from library.jobs import covers, worker
from library.jobs.intake import add_path
from library.models import Track

EXTENSIONS = {
    *(".mp3", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".m4b", ".mp4", ".aac", ".wav", ".w64"),
    *(".aif", ".aiff", ".caf", ".wma", ".ape", ".wv", ".tta", ".mka", ".webm", ".au"),
}
"""In folders only these are looked at; a file named on the command line is always tried."""

COVER_NAMES = ("cover", "folder", "front", "album")
COVER_EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp")


class Command(BaseCommand):
    help = "Adds sound files and folders of them to the library and makes them playable. Known files are left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--queue-only", action="store_true", help="leave the work to a running `manage.py ingest`")

    def handle(self, *args: Any, **options: Any) -> None:
        files = list(_sound_files(options["paths"]))
        new, known, refused = self._add(files)
        failed: list[Track] = []
        if new and not options["queue_only"]:
            _work_off(new)
            failed = list(Track.objects.filter(pk__in=new, status=Track.Status.FAILED))
        for track in failed:
            self.stderr.write(f"{track.original_name}: {track.error}")
        self.stdout.write(f"{len(new) - len(failed)} added, {known} known, {len(failed) + refused} failed")

    def _add(self, files: list[Path]) -> tuple[list[int], int, int]:
        """Ids of the new tracks, how many files were known, and how many are no sound."""
        new: list[int] = []
        refused = 0
        for path in tqdm(files, desc="reading", unit="file", disable=None):
            try:
                track, created = add_path(path)
            except LibraryError as error:
                refused += 1
                self.stderr.write(f"{path.name}: {error.message}")
                continue
            if created:
                new.append(track.pk)
                if picture := _cover_beside(path):
                    covers.adopt(track, picture)
        return new, len(files) - len(new) - refused, refused


def _sound_files(given: list[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in EXTENSIONS and p.is_file())
        elif path.is_file():
            yield path
        else:
            raise CommandError(f"there is no {path}")


def _cover_beside(path: Path) -> Path | None:
    pictures = {p.name.lower(): p for p in path.parent.iterdir() if p.suffix.lower() in COVER_EXTENSIONS}
    names = (f"{stem}{suffix}" for stem in (path.stem.lower(), *COVER_NAMES) for suffix in COVER_EXTENSIONS)
    return next((pictures[name] for name in names if name in pictures), None)


def _work_off(track_ids: list[int]) -> None:
    """Until every one of these is ready or failed, whoever does it: a worker that runs already may take some."""
    watcher = threading.Event()
    with worker.working() as own, tqdm(total=len(track_ids), desc="ingest", unit="track", disable=None) as bar:
        while pending := _pending(track_ids):
            bar.update(len(track_ids) - pending - bar.n)
            if not own.run_next():
                watcher.wait(worker.IDLE_S)
        bar.update(len(track_ids) - bar.n)


def _pending(track_ids: list[int]) -> int:
    return Track.objects.filter(pk__in=track_ids, status__in=(Track.Status.QUEUED, Track.Status.PROCESSING)).count()
