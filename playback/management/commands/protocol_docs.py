"""Write the socket's documentation from `playback.protocol`."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from playback import asyncapi


def files() -> dict[Path, str]:
    """The generated files and what they should hold."""
    root = Path(settings.BASE_DIR)
    return {
        root / "docs/protocol.md": asyncapi.markdown(),
        root / "docs/asyncapi.json": json.dumps(asyncapi.document(), indent=2) + "\n",
        root / "static/js/link/protocol.d.ts": asyncapi.typescript(),
    }


class Command(BaseCommand):
    help = "Write docs/protocol.md, docs/asyncapi.json and static/js/link/protocol.d.ts from playback/protocol.py."
    requires_system_checks = []  # it asks nothing of the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if a file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = [path for path, text in files().items() if not path.exists() or path.read_text() != text]
        if options["check"] and stale:
            names = ", ".join(path.name for path in stale)
            raise CommandError(f"out of date: {names}; run manage.py protocol_docs")
        if not options["check"]:
            for path, text in files().items():
                path.write_text(text)
