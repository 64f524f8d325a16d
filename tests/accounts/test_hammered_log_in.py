"""A hundred wrong passwords, at once, against the real server: from one address, and from many."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.serving import Site
from tests.visitors import Visitor

pytestmark = pytest.mark.server

RIGHT, WRONG = "a slow tide at noon", "a quick tide at noon"
AT_ONCE = 10
QUICK = {
    "DJANGO_SETTINGS_MODULE": "tests.accounts.quick_passwords",
    "SYNCHRO_RATE_LIMIT_FACTOR": "1",
    "SYNCHRO_INGEST": "0",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Limits as they are by default. Alice and Bob have accounts."""
    with Site(tmp_path_factory.mktemp("site"), **QUICK) as site:
        site.prepare(demo=False)
        site.sign_up("alice", RIGHT)
        site.sign_up("bob", RIGHT)
        site.start()
        yield site


def hammer(site: Site, guesses: list[tuple[str, str]]) -> list[httpx.Response]:
    """Wrong passwords for these (account, from address), each in a browser of its own, several at once."""

    def guess(account: str, address: str) -> httpx.Response:
        with Visitor(site, address) as visitor:
            return visitor.log_in(account, WRONG)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda one: guess(*one), guesses))


def known_visitor(site: Site, account: str, address: str) -> Visitor:
    """In a browser in which this person has logged in and out."""
    visitor = Visitor(site, address)
    assert visitor.log_in(account, RIGHT).status_code == 302
    visitor.fill_in("/accounts/sign-out/")
    assert "sessionid" not in visitor.http.cookies
    return visitor


def looked_at_and_refused(answers: list[httpx.Response]) -> tuple[int, int]:
    """How many passwords were looked at (the form comes back), and how many attempts were refused before that."""
    counts = Counter(answer.status_code for answer in answers)
    assert counts.keys() <= {200, 429}
    return counts[200], counts[429]


def told(answer: httpx.Response) -> str:
    return answer.text.replace("\xa0", " ")


def waits_s(answers: list[httpx.Response]) -> list[int]:
    return [int(answer.headers["Retry-After"]) for answer in answers if answer.status_code == 429]


def test_a_hundred_from_one_address_at_one_account(site: Site) -> None:
    with known_visitor(site, "alice", "127.0.1.200") as known:
        answers = hammer(site, [("alice", "127.0.1.1")] * 100)
        assert looked_at_and_refused(answers) == (5, 95)
        assert all(0 < wait_s <= 900 for wait_s in waits_s(answers))
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert "Too many wrong passwords. Try again in 15 minutes." in told(refused)
        assert known.log_in("alice", RIGHT).status_code == 302
    with Visitor(site, "127.0.1.2") as elsewhere:  # five of the account's fifty are used up
        assert elsewhere.log_in("alice", RIGHT).status_code == 302
    with Visitor(site, "127.0.1.1") as guesser:
        assert guesser.log_in("alice", RIGHT).status_code == 429


def test_a_hundred_from_one_address_at_as_many_accounts(site: Site) -> None:
    answers = hammer(site, [(f"nobody {number}", "127.0.2.1") for number in range(100)])
    assert looked_at_and_refused(answers) == (30, 70)
    assert all(0 < wait_s <= 900 for wait_s in waits_s(answers))
    with Visitor(site, "127.0.2.1") as same, Visitor(site, "127.0.2.2") as other:
        assert same.log_in("bob", RIGHT).status_code == 429
        assert other.log_in("bob", RIGHT).status_code == 302


def test_a_hundred_from_many_addresses_at_one_account(site: Site) -> None:
    with known_visitor(site, "bob", "127.0.3.200") as known:
        guesses = [("bob", f"127.0.3.{number}") for number in range(1, 26) for _ in range(4)]
        answers = hammer(site, guesses)
        assert looked_at_and_refused(answers) == (50, 50)
        assert all(900 < wait_s <= 3600 for wait_s in waits_s(answers))
        with Visitor(site, "127.0.3.100") as stranger:
            answer = stranger.log_in("bob", RIGHT)
        assert answer.status_code == 429
        assert "Too many wrong passwords. Try again in" in told(answer)
        assert known.log_in("bob", RIGHT).status_code == 302
    with Visitor(site, "127.0.3.1") as neighbour:
        assert neighbour.log_in("alice", RIGHT).status_code == 302


def test_an_account_that_is_not_there_is_refused_alike(site: Site) -> None:
    """Whoever guesses learns nothing of who has an account, before the limit or behind it."""

    def answers(account: str, address: str) -> list[tuple[int, str]]:
        """Status and what is said, without the secrets of each page."""
        with Visitor(site, address) as visitor:
            sent = [visitor.log_in(account, WRONG) for _ in range(6)]
        return [(answer.status_code, told(answer).split('role="alert"')[1].split("</div>")[0]) for answer in sent]

    there, not_there = answers("alice", "127.0.4.1"), answers("nobody", "127.0.4.2")
    assert there == not_there
    assert [status for status, _said in there] == [200] * 5 + [429]


def guess_as(site: Site, claimed: str) -> int:
    """A wrong password for Carol, who has no account, from one address that claims to be another."""
    with Visitor(site, "127.0.5.1") as visitor:
        visitor.http.headers.update({"X-Real-IP": claimed, "X-Forwarded-For": claimed})
        return visitor.log_in("carol", WRONG).status_code


def test_nobody_says_which_address_is_theirs(site: Site) -> None:
    assert [guess_as(site, f"192.0.2.{number}") for number in range(6)] == [200] * 5 + [429]


def test_behind_a_proxy_the_clients_address_counts(tmp_path: Path) -> None:
    with Site(tmp_path, SYNCHRO_BEHIND_PROXY="1", **QUICK) as site:
        site.prepare(demo=False)
        site.start()
        assert [guess_as(site, "192.0.2.1") for _ in range(6)] == [200] * 5 + [429]
        assert guess_as(site, "192.0.2.2") == 200
