"""Where an SQLite file may be. Its processes share memory and locks, which file systems over a network do not have, or
have in part: the file is then damaged sooner or later, and nobody notices at first (https://sqlite.org/wal.html)."""

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
"""Linux has it. Elsewhere nothing is known, and nothing is refused."""

OVER_A_NETWORK = {
    "nfs": "NFS", "nfs4": "NFS", "cifs": "SMB", "smb3": "SMB", "smbfs": "SMB", "9p": "9p", "afs": "AFS", "ncpfs": "NCP",
    "ceph": "CephFS", "glusterfs": "GlusterFS", "fuse.sshfs": "SSHFS", "fuse.rclone": "rclone", "fuse.s3fs": "s3fs",
    "fuse.glusterfs": "GlusterFS", "fuse.davfs": "WebDAV", "fuse.curlftpfs": "FTP", "fuse.smbnetfs": "SMB",
}  # fmt: skip
"""Types of file systems, and what people call them. Other FUSE ones (encrypted folders, NTFS) are on this machine."""


def network_file_system(path: Path, mountinfo: str) -> str | None:
    """What people call the file system over a network that holds `path` (absolute, without links); None: it is on this
    machine. `mountinfo` is as proc(5) has it."""
    kinds: dict[str, str] = {}
    for line in mountinfo.splitlines():
        before, _dash, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and after:
            kinds[_unescaped(fields[4])] = after.split(" ")[0]  # of two mounts in one place, the later one is seen
    place = next((str(folder) for folder in (path, *path.parents) if str(folder) in kinds), None)
    return OVER_A_NETWORK.get(kinds[place]) if place else None


def network_file_system_of(path: Path) -> str | None:
    """The same of this machine's present mounts."""
    try:
        return network_file_system(Path(os.path.realpath(path)), MOUNTS.read_text(errors="surrogateescape"))
    except OSError:
        return None


def _unescaped(mount_point: str) -> str:
    """The kernel writes spaces, tabs, line ends and backslashes as \\040 and the like."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), mount_point)
