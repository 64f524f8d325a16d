"""Pictures that come from elsewhere than the sound file itself."""

from pathlib import Path

from library import paths
from library.ingest import tags
from library.ingest.leftovers import held_folder
from library.models import Track


def adopt(track: Track, picture: Path) -> bool:
    """Makes `picture` the track's cover. A cover inside the file, if there is one, replaces it at the first ingest.
    False if it is no picture that may be read."""
    with held_folder(paths.scratch_dir()) as folder:
        cover = tags.read_cover(picture, folder)
        if not cover:
            return False
        tags.publish_cover(cover, folder, paths.covers_dir())
    track.cover = cover
    track.save(update_fields=["cover"])
    return True
