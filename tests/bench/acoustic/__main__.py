"""usage: python -m tests.bench.acoustic [--site FOLDER] CASE ...

Some cases of the acoustic table, printed and written nowhere. FOLDER keeps the music between runs.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench.acoustic import CASES, table
from tests.bench.acoustic.case import served_music


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="synchro-bench-") as folder:
        if arguments[:1] == ["--site"]:
            folder, arguments = arguments[1], arguments[2:]
        if not arguments or set(arguments) - CASES.keys():
            sys.exit(f"{__doc__}\ncases: {', '.join(CASES)}")
        with served_music(Path(folder)) as music:
            print(table(music, arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
