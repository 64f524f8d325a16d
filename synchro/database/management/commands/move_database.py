"""`manage.py move_database`: everything that people made, from one database into another."""

import os
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _
from tqdm import tqdm

from synchro.database import addresses, move


class Command(BaseCommand):
    help = (
        "Copies every row of a database into an empty one and compares them; the old one stays as it is. Without"
        " addresses: from the SQLite file to DATABASE_URL. Stop the site first. The music is not in the database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", metavar="URL", help="default: the file SYNCHRO_DATABASE")
        parser.add_argument("--to", dest="target", metavar="URL", help="default: DATABASE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(_language()):
            self._move(options["source"], options["target"])

    def _move(self, source_url: str | None, target_url: str | None) -> None:
        site = settings.DATABASES["default"]
        try:
            source = _at(source_url, "--from") if source_url else addresses.sqlite_at(str(settings.DATABASE_FILE))
            target = _at(target_url, "--to") if target_url else site
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        if not target_url and site["ENGINE"] == addresses.SQLITE_ENGINE:
            raise CommandError(_("Say where to: by DATABASE_URL, or by --to."))
        if source["ENGINE"] == addresses.SQLITE_ENGINE and not os.path.isfile(source["NAME"]):
            raise CommandError(_("There is no file %(name)s.") % {"name": source["NAME"]})
        with tqdm(unit="row", disable=None) as bar:

            def progress(table: str, rows: int, of_all: int) -> None:
                bar.total = of_all
                bar.set_description(table, refresh=False)
                bar.update(rows)

            try:
                with move.databases(source, target):
                    moved = move.move(progress)
            except move.MoveError as error:
                raise CommandError(str(error)) from error
        done = _("%(rows)d rows in %(tables)d tables are in %(name)s, each the same as before.")
        self.stdout.write(done % {"rows": moved.rows, "tables": moved.tables, "name": target["NAME"]})
        if moved.mended:
            mended = _("In %(rows)d rows a NUL, which PostgreSQL's texts do not hold, became a replacement character.")
            self.stdout.write(mended % {"rows": moved.mended})
        self.stdout.write(_("Start the site with this database; the old one is as it was."))


def _at(url: str, name: str) -> dict[str, Any]:
    return addresses.database_at(url, name=name, connections=2)


def _language() -> str:
    """Of the terminal, if the site speaks it."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    try:
        return translation.get_supported_language_variant(named.partition(".")[0].replace("_", "-").lower() or "en")
    except LookupError:
        return "en"
