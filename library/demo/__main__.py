"""Makes one piece: `python -m library.demo NUMBER TARGET FFMPEG`.

In a process of its own, since the synthesis takes some 600 MB, which a worker would keep. Reads no settings.
"""

import sys
import tempfile
from pathlib import Path

from library.demo import artwork, mixdown
from library.demo.score import PIECES


def main(number: str, target: str, ffmpeg: str) -> None:
    piece = next(piece for piece in PIECES if piece.number == int(number))
    tempfile.tempdir = str(Path(target).parent)  # pydub's files go with the folder if this process is killed
    mixdown.render(piece, artwork.draw(piece), Path(target), ffmpeg)


if __name__ == "__main__":
    main(*sys.argv[1:])
