"""What the library keeps, as one file each: a package is a folder of some hundred, and goes into a tar."""

import re
import shutil
import tarfile
from pathlib import Path

from library.storage import store
from library.storage.names import COVERS, ORIGINALS, PACKAGES, StoredName
from synchro.backup.folder import BackupError

_TAR = ".tar"
_INSIDE = re.compile(r"[\w-]+(/[\w-]+)*(\.\w+)?", re.ASCII)


def names_of_all() -> list[str]:
    """What is to be kept, by the name of its file in a backup."""
    packages = [f"{kept.name}{_TAR}" for kept in store.listed(PACKAGES)]
    return sorted(packages + [kept.name for kind in (ORIGINALS, COVERS) for kept in store.listed(kind)])


def pack(name: str, target: Path) -> bool:
    """Whether it is there: somebody may have removed it a moment ago. `target` is whole, or not there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = target.with_name(f".{target.name}")
    try:
        with store.local(_stored(name)) as source:
            if name.endswith(_TAR):
                with tarfile.open(begun, "w") as tar:
                    tar.add(source, arcname=".")
            else:
                shutil.copyfile(source, begun)
    except FileNotFoundError:
        begun.unlink(missing_ok=True)
        return False
    begun.replace(target)
    return True


def unpack(name: str, source: Path, scratch: Path) -> None:
    """Into the library. `scratch` is on its disk. Raises BackupError."""
    part = scratch / "part"
    if name.endswith(_TAR):
        part.mkdir()
        _extract(source, part)
    else:
        shutil.copyfile(source, part)
    store.put(part, _stored(name))


def _extract(source: Path, folder: Path) -> None:
    with tarfile.open(source) as tar:
        for member in tar:
            if member.isdir():
                continue
            inside = member.name.removeprefix("./")
            content = tar.extractfile(member)
            if content is None or not _INSIDE.fullmatch(inside):
                raise BackupError(f"{source} holds {member.name!r}, which is in no package.")
            path = folder / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())


def _stored(name: str) -> StoredName:
    return StoredName(name.removesuffix(_TAR))
