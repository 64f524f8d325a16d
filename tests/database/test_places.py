"""Where an SQLite file is safe: told from the kernel's list of mounts."""

from pathlib import Path

import pytest

from synchro.database import places
from synchro.database.places import network_file_system

MOUNTS = r"""
22 27 0:20 / /proc rw,nosuid shared:12 - proc proc rw
27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 27 0:44 / /home rw,relatime shared:2 - nfs4 nas:/home rw,vers=4.2
41 40 8:2 / /home/alice/disk rw,relatime shared:3 - xfs /dev/sdb1 rw
42 27 0:45 / /media/box rw,relatime - cifs //box/share rw
43 27 0:46 / /mnt/c rw,noatime - 9p C:\134 rw,dirsync
44 27 0:47 / /mnt/laptop rw,nosuid - fuse.sshfs alice@laptop: rw
45 27 0:48 / /mnt/safe rw,nosuid - fuse.gocryptfs /srv/cipher rw
46 27 0:49 / /mnt/with\040space rw - nfs nas:/a rw
47 27 0:50 / /srv/hidden rw - ext4 /dev/sdc1 rw
48 27 0:51 / /srv/hidden rw - nfs nas:/b rw
49 27 0:52 / /dev/shm rw - tmpfs tmpfs rw
50 27 0:53 / /var rw,relatime shared:5 master:1 propagate_from:2 - nfs nas:/var rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/db.sqlite3", None),
        ("/home/alice/db.sqlite3", "NFS"),
        ("/home/alice/disk/db.sqlite3", None),
        ("/homes/db.sqlite3", None),
        ("/media/box/a/b/db.sqlite3", "SMB"),
        ("/mnt/c/Users/db.sqlite3", "9p"),
        ("/mnt/laptop/db.sqlite3", "SSHFS"),
        ("/mnt/safe/db.sqlite3", None),
        ("/mnt/with space/db.sqlite3", "NFS"),
        ("/srv/hidden/db.sqlite3", "NFS"),
        ("/dev/shm/db.sqlite3", None),
        ("/var/lib/synchro/db.sqlite3", "NFS"),
    ],
)
def test_the_nearest_mount_counts(path: str, kind: str | None) -> None:
    assert network_file_system(Path(path), MOUNTS) == kind


def test_a_link_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to(tmp_path / "far")
    (tmp_path / "mounts").write_text(f"40 27 0:44 / {tmp_path / 'far'} rw - nfs nas:/home rw\n")
    monkeypatch.setattr(places, "MOUNTS", tmp_path / "mounts")
    assert places.network_file_system_of(tmp_path / "near" / "db.sqlite3") == "NFS"
    monkeypatch.setattr(places, "MOUNTS", tmp_path / "nowhere")  # another system than Linux
    assert places.network_file_system_of(tmp_path / "near" / "db.sqlite3") is None
