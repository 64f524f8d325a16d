"""Pictures that come from elsewhere than the sound file itself."""

from pathlib import Path

from library.ingest import tags
from library.models import Track
from library.storage import covers, workspace
from library.storage.leftovers import held_folder


def adopt(track: Track, picture: Path) -> bool:
    """Makes `picture` the track's cover. A cover inside the file, if there is one, replaces it at the first ingest.
    False if it is no picture that may be read."""
    with held_folder(workspace.scratch_dir()) as folder:
        cover = tags.read_cover(picture, folder)
        if not cover:
            return False
        covers.put(cover, folder)
    track.cover = cover
    track.save(update_fields=["cover"])
    return True
