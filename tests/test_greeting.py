"""What the terminal says once the site listens, and how its log looks to a person."""

import logging
import socket

import pytest

from rooms.addresses import on_network
from synchro import greeting
from synchro.greeting import Places, places
from synchro.log_format import ForAPerson


def in_a_flat(family: socket.AddressFamily) -> str | None:
    return "192.168.1.20" if family == socket.AF_INET else "2001:db8::20"


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("127.0.0.1", 8000, Places("http://127.0.0.1:8000/")),
        ("127.0.0.1", 80, Places("http://127.0.0.1/")),
        ("::1", 8000, Places("http://[::1]:8000/")),
        ("0.0.0.0", 8000, Places("http://127.0.0.1:8000/", "http://192.168.1.20:8000/")),
        ("::", 8000, Places("http://[::1]:8000/", "http://[2001:db8::20]:8000/")),
        ("192.168.1.20", 8000, Places("http://192.168.1.20:8000/", "http://192.168.1.20:8000/")),
    ],
)
def test_the_places_of_a_site_follow_from_where_it_listens(host: str, port: int, expected: Places) -> None:
    assert places(host, port, on_network=in_a_flat) == expected


def test_a_machine_without_a_network_has_one_place() -> None:
    assert places("0.0.0.0", 8000, on_network=lambda _family: None) == Places("http://127.0.0.1:8000/")


def test_this_machine_has_an_address_or_none() -> None:
    address = on_network()
    assert address is None or socket.inet_aton(address)


def test_a_site_for_this_computer_says_how_others_reach_it() -> None:
    said = greeting.text(Places("http://127.0.0.1:8000/"), token=None, terminal=True)
    assert "On this computer     http://127.0.0.1:8000/" in said
    assert "HOST=0.0.0.0" in said
    assert "First administrator" not in said
    assert "█" not in said  # no other device could open it


def test_a_site_for_the_network_shows_a_code_to_a_phone_and_only_at_a_terminal() -> None:
    where = Places("http://127.0.0.1:8000/", "http://192.168.1.20:8000/")
    said = greeting.text(where, token=None, terminal=True)
    assert "On your network      http://192.168.1.20:8000/" in said
    assert "█" in said
    log = greeting.text(where, token=None, terminal=False)
    assert log.isascii()
    assert "Ctrl+C" not in log


def test_the_link_of_the_first_administrator_is_whole() -> None:
    said = greeting.text(Places("http://127.0.0.1:8000/"), token="a-b_c", terminal=False)
    assert "http://127.0.0.1:8000/accounts/first-administrator/?token=a-b_c" in said.split()


def test_behind_a_proxy_the_public_address_is_told() -> None:
    where = places("127.0.0.1", 8000, public="https://music.example.org", on_network=in_a_flat)
    said = greeting.text(where, token="abc", terminal=False)
    assert "For everybody        https://music.example.org/" in said
    assert "https://music.example.org/accounts/first-administrator/?token=abc" in said
    assert "HOST=0.0.0.0" not in said


def test_a_person_reads_words_and_where_trouble_comes_from() -> None:
    def line(level: int, text: str) -> str:
        return ForAPerson().format(logging.LogRecord("library.ingest", level, "x.py", 1, text, None, None))

    assert line(logging.INFO, "Neon Rain is ready").partition(" ")[2] == "Neon Rain is ready"
    assert line(logging.ERROR, "no space").partition(" ")[2] == "ERROR library.ingest: no space"
