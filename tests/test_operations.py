"""What an operator reads is what the site does: settings, their documentation, the files in deploy/."""

import ast
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from library.jobs.resumable import MAX_PIECE_BYTES
from synchro.limits.rates import HOUR_S, Limit

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "synchro" / "settings.py"
SERVE = ROOT / "deploy" / "serve"
OPERATIONS = ROOT / "docs" / "operations.md"


def names_read_by_settings() -> set[str]:
    """Every NAME of an `env.kind("NAME", …)`."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(SETTINGS.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "env"
        and isinstance(node.args[0], ast.Constant)
    }


def names_read_by_serve() -> set[str]:
    """Every NAME of a `${NAME:-default}` but the interpreter's, which is the Makefile's and the tests' business."""
    return set(re.findall(r"\$\{([A-Z_]+):-", SERVE.read_text())) - {"PYTHON"}


def documented_names() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z][^|]*) \|", OPERATIONS.read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_is_documented_and_no_other() -> None:
    assert documented_names() == names_read_by_settings() | names_read_by_serve()


def test_the_example_environment_knows_only_settings() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named
    assert named <= documented_names()


def test_limits_that_stand_twice_agree() -> None:
    """The largest upload, in the settings and in nginx's own limit; the largest piece of one, and what a page sends."""
    piece_kb = re.search(r'"SYNCHRO_UPLOAD_PIECE_KB", (\d+), low=64, high=(\d+)', SETTINGS.read_text())
    assert piece_kb
    assert [int(kb) * 1024 for kb in piece_kb.groups()] == [MAX_PIECE_BYTES, MAX_PIECE_BYTES]
    default_mb = re.search(r'"SYNCHRO_MAX_UPLOAD_MB", (\d+)', SETTINGS.read_text())
    nginx_mb = re.search(r"client_max_body_size (\d+)m;", (ROOT / "deploy" / "nginx.conf").read_text())
    assert default_mb
    assert nginx_mb
    assert default_mb[1] == nginx_mb[1]


def limits_in_the_code() -> set[tuple[str, str]]:
    """Name and amount of every limit that a module of the site holds."""
    import_module("synchro.urls")  # and with it everything that answers requests
    ours = [module for name, module in sys.modules.items() if name.split(".")[0] in {"library", "rooms", "synchro"}]
    found = {value for module in ours for value in vars(module).values() if isinstance(value, Limit)}
    return {(limit.name, _amount(limit)) for limit in found}


def _amount(limit: Limit) -> str:
    window = f"{limit.window_s // HOUR_S} h" if limit.window_s % HOUR_S == 0 else f"{limit.window_s // 60} min"
    return f"{limit.amount:,} in {window}{' ×' if limit.grows else ''}".replace(",", " ")


def test_every_limit_is_documented_and_no_other() -> None:
    section = OPERATIONS.read_text().split("## Limits")[1].split("\n## ")[0]
    by_setting = {("upload_bytes_of_account", "20 GB in 1 d")}
    assert limits_in_the_code() | by_setting == set(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "value"),
    [("SYNCHRO_RATE_LIMIT_FACTOR", "0"), ("SYNCHRO_RATE_LIMIT_FACTOR", "1001"), ("SYNCHRO_RATE_LIMIT_FACTOR", "2.5"),
     ("SYNCHRO_SIGN_UP", "no"), ("SYNCHRO_UPLOAD_GB_PER_DAY", "-1"), ("REDIS_URL", "localhost:6379"),
     ("SYNCHRO_REDIS_PREFIX", "two words"), ("SYNCHRO_REDIS_PREFIX", "x" * 41), ("SYNCHRO_REDIS_PREFIX", ""),
     ("SYNCHRO_TRUSTED_ORIGINS", "music.example.org"), ("SYNCHRO_TRUSTED_ORIGINS", "https://a.example/music"),
     ("SYNCHRO_TRUSTED_ORIGINS", "https://a.example/"), ("SYNCHRO_BEHIND_PROXY", "yes"), ("SYNCHRO_PATH", "music")],
)  # fmt: skip
def test_a_wrong_value_stops_the_start_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    environment = os.environ | {
        "SYNCHRO_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "synchro.settings",
        name: value,
    }
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {name} must be" in done.stderr


def test_the_documented_production_settings_pass_djangos_own_check(tmp_path: Path) -> None:
    """Those of .env.example that stand for nginx with a certificate."""
    section = (ROOT / ".env.example").read_text().split("# Behind nginx")[1].split("\n\n")[0]
    production = dict(re.findall(r"^#([A-Z_]+)=(.+)$", section, re.MULTILINE))
    assert production["SYNCHRO_HTTPS"] == "1"
    environment = os.environ | production | {
        "SYNCHRO_DATA": str(tmp_path),
        "SYNCHRO_DATABASE": str(tmp_path / "db.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "synchro.settings",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    environment["SYNCHRO_HTTPS"] = "0"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode != 0  # the check looks
    assert "SECURE_HSTS_SECONDS" in done.stderr
