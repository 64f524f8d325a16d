"""The protocol's documentation is generated, and a stale one fails here."""

from playback.management.commands.protocol_docs import files


def test_the_generated_files_are_up_to_date() -> None:
    stale = [path.name for path, text in files().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "run manage.py protocol_docs"
