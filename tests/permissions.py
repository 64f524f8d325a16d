"""docs/permissions.md as tests read it."""

import re
from typing import get_args

from playback import protocol
from tests.serving import ROOT

COMMANDS = {str(message.__struct_config__.tag): message for message in get_args(protocol.CommandMessage)}


def documented(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, cell by cell."""
    text = (ROOT / "docs/permissions.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return rows[2:]


GRANT_OF = {command: row[0] for row in documented("Commands") for command in re.findall(r"`([\w.]+)`", row[1])}
ANSWERS = {
    row[0].partition(":")[0]: dict(zip(("enter", "everyone", "hosts", "own"), row[1:], strict=True))
    for row in documented("Answers")
}
