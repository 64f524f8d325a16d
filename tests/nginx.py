"""Debian's nginx in front of a served site, with servers of the test's own."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.serving import free_port
from tests.waiting import until

START_DEADLINE_S = 30

_SKELETON = """
daemon off;
user root;  # the folders of a test are its user's alone
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; "" ""; }}
    {servers}
}}
"""

SOCKETS = """
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
"""
"""What every nginx in front of sockets has."""


class Nginx:
    """Serves `servers` (blocks of its configuration) from `with` to the end."""

    def __init__(self, folder: Path, servers: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._configuration = folder / "nginx.conf"
        self._configuration.write_text(_SKELETON.format(folder=folder, servers=servers))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def _command(self) -> list[str]:
        return ["nginx", "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(self._configuration)]

    def check(self) -> str:
        """What `nginx -t` says; it fails the test where nginx would not take the configuration."""
        done = subprocess.run([*self._command, "-t"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, start_new_session=True)
        until(self._is_up, START_DEADLINE_S, "nginx has its workers")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(START_DEADLINE_S)

    def _is_up(self) -> bool:
        """Its sockets listen before it writes this file."""
        assert self._process
        assert self._process.poll() is None, (self.folder / "error.log").read_text()
        pid = self.folder / "nginx.pid"
        return pid.exists() and bool(pid.read_text())


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate for `name` that nobody signed but itself, and its key."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    about = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-days", "2"]
    subprocess.run([*command, *about, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


def free_ports(count: int) -> list[int]:
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return sorted(ports)
