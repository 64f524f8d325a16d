"""API tokens: what is kept of them, and whom they let in."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from playback import clock
from synchro.accounts.models import ApiToken
from synchro.accounts.tokens import MAX_TOKENS, USE_NOTED_EVERY, TooManyTokens, create_token, user_for
from tests.builders import make_user, signed_in

pytestmark = pytest.mark.django_db


def test_a_token_names_its_user() -> None:
    alice, bob = make_user("alice"), make_user("bob")
    token = create_token(alice, "phone")
    create_token(bob, "phone")
    assert user_for(token) == alice


@pytest.mark.parametrize("wrong", ["", "syn_", "syn_nothing", "\x00", "é"])
def test_any_other_text_names_nobody(wrong: str) -> None:
    create_token(make_user("alice"), "phone")
    assert user_for(wrong) is None


def test_the_token_itself_is_not_kept() -> None:
    token = create_token(make_user("alice"), "phone")
    row = ApiToken.objects.values().get()
    assert token not in str(row)
    assert token.startswith(row["prefix"])
    assert len(token) - len(row["prefix"]) > 30  # what is shown of it helps nobody to guess the rest


def test_a_disabled_user_is_nobody() -> None:
    alice = make_user("alice")
    token = create_token(alice, "phone")
    alice.is_active = False
    alice.save()
    assert user_for(token) is None


def test_use_is_noted_but_not_at_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    token = create_token(make_user("alice"), "phone")
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    noted = []
    for at in (noon, noon + timedelta(seconds=1), noon + USE_NOTED_EVERY):
        monkeypatch.setattr(clock, "now_us", lambda at=at: round(at.timestamp() * 1e6))
        user_for(token)
        noted.append(ApiToken.objects.get().last_used_at)
    assert noted == [noon, noon, noon + USE_NOTED_EVERY]


def test_tokens_are_bounded() -> None:
    alice = make_user("alice")
    for _ in range(MAX_TOKENS):
        create_token(alice, "script")
    with pytest.raises(TooManyTokens):
        create_token(alice, "one more")
    answer = signed_in(alice).post(reverse("accounts:account"), {"name": "one more"})
    assert answer.status_code == 422
    with pytest.raises(CommandError):
        call_command("create_api_token", "alice")


def test_the_command_prints_the_token_alone() -> None:
    alice = make_user("alice")
    out = StringIO()
    call_command("create_api_token", "alice", "--name", "backup", stdout=out)
    assert user_for(out.getvalue().strip()) == alice
    assert alice.api_tokens.get().name == "backup"


def test_the_command_refuses_an_unknown_user() -> None:
    with pytest.raises(CommandError, match="no active user"):
        call_command("create_api_token", "nobody")


def test_the_account_page_shows_a_new_token_once() -> None:
    alice = make_user("alice")
    browser = signed_in(alice)
    made = browser.post(reverse("accounts:account"), {"name": "phone"}).content.decode()
    prefix = alice.api_tokens.get().prefix
    token = next(word for word in made.replace("<", " ").replace(">", " ").split() if word.startswith(prefix))
    assert user_for(token) == alice
    assert token not in browser.get(reverse("accounts:account")).content.decode()


def test_a_revoked_token_names_nobody() -> None:
    alice = make_user("alice")
    token = create_token(alice, "phone")
    signed_in(alice).post(reverse("accounts:revoke-token", args=[alice.api_tokens.get().pk]))
    assert user_for(token) is None


def test_nobody_revokes_another_ones_token() -> None:
    alice = make_user("alice")
    token = create_token(alice, "phone")
    answer = signed_in(make_user("mallory")).post(reverse("accounts:revoke-token", args=[alice.api_tokens.get().pk]))
    assert answer.status_code == 404
    assert user_for(token) == alice
