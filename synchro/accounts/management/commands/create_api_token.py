from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from synchro.accounts.tokens import MAX_TOKENS, TooManyTokens, create_token


class Command(BaseCommand):
    help = "Make an API token for a user and print it, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the user's name")
        parser.add_argument("--name", default="command line", help="what the token is for")

    def handle(self, *args: Any, user: str, name: str, **options: Any) -> None:
        person = get_user_model().objects.filter(username=user, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active user {user!r}.")
        try:
            self.stdout.write(create_token(person, name[:80]))
        except TooManyTokens as error:
            raise CommandError(f"{user!r} has {MAX_TOKENS} tokens already; revoke one first.") from error
