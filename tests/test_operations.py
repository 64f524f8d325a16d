"""What an operator reads is what the site does: settings, their documentation, the files in deploy/."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "synchro" / "settings.py"
SERVE = ROOT / "deploy" / "serve"
OPERATIONS = ROOT / "docs" / "operations.md"


def names_read_by_settings() -> set[str]:
    """Every NAME of an `env.kind("NAME", …)`."""
    return {
        node.args[0].value
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
    """The largest upload, in the settings and in nginx's own limit."""
    default_mb = re.search(r'"SYNCHRO_MAX_UPLOAD_MB", (\d+)', SETTINGS.read_text())
    nginx_mb = re.search(r"client_max_body_size (\d+)m;", (ROOT / "deploy" / "nginx.conf").read_text())
    assert default_mb
    assert nginx_mb
    assert default_mb[1] == nginx_mb[1]
