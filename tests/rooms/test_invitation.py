"""The address that others are asked in by, and its QR code."""

import socket

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from rooms.addresses import is_loopback, network_address
from rooms.invitation import Invitation, invitation, qr_code
from tests.builders import make_room, make_user

NETWORK = "192.168.1.20"
HERE = "http://127.0.0.1:8000/rooms/kitchen/"
THERE = f"http://{NETWORK}:8000/rooms/kitchen/"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.3.2.1", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("LocalHost.", True),
        ("kitchen.localhost", True),
        ("0.0.0.0", False),
        ("128.0.0.1", False),
        ("192.168.1.20", False),
        ("::", False),
        ("kitchen.local", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_network_address_is_one_of_this_machine_or_none() -> None:
    address = network_address()
    if address is not None:
        assert not is_loopback(address)
        with socket.socket() as taken:
            taken.bind((address, 0))  # fails for an address that is not this machine's


@pytest.mark.parametrize(
    ("opened", "listens_on", "network", "expected"),
    [
        (THERE, "0.0.0.0", NETWORK, Invitation(THERE, only_here=False)),
        ("https://music.example.org/rooms/x/", "127.0.0.1", NETWORK,
         Invitation("https://music.example.org/rooms/x/", only_here=False)),
        (HERE, "127.0.0.1", NETWORK, Invitation(HERE, only_here=True, elsewhere=THERE)),
        (HERE, "127.0.0.1", None, Invitation(HERE, only_here=True)),
        (HERE, "0.0.0.0", NETWORK, Invitation(THERE, only_here=False)),
        (HERE, "::", NETWORK, Invitation(THERE, only_here=False)),
        (HERE, "0.0.0.0", None, Invitation(HERE, only_here=True)),
        ("http://[::1]/rooms/x/", "::", NETWORK, Invitation(f"http://{NETWORK}/rooms/x/", only_here=False)),
        ("http://localhost:8000/rooms/x/", "localhost", NETWORK,
         Invitation("http://localhost:8000/rooms/x/", only_here=True, elsewhere=f"http://{NETWORK}:8000/rooms/x/")),
    ],
)  # fmt: skip
def test_others_are_sent_to_where_they_can_come_in(
    opened: str, listens_on: str, network: str | None, expected: Invitation
) -> None:
    assert invitation(opened, listens_on, network) == expected


def test_code_is_made_of_numbers_whatever_the_address() -> None:
    code = qr_code('http://kitchen.local/rooms/"><script>alert(1)</script>/')
    assert code.startswith('<svg viewBox="0 0 ')
    assert "script" not in code
    assert "style" not in code  # which the security policy would refuse


@pytest.mark.django_db
def test_room_page_holds_code_or_explanation(client: Client, settings: Settings) -> None:
    page = reverse("rooms:room", args=[make_room(make_user("alice"), "Kitchen").slug])
    settings.ALLOWED_HOSTS = ["kitchen.local", "localhost"]
    settings.LISTENS_ON, settings.NETWORK_ADDRESS = "127.0.0.1", NETWORK
    from_afar = client.get(page, headers={"Host": "kitchen.local:8000"}).content.decode()
    here = client.get(page, headers={"Host": "localhost:8000"}).content.decode()
    assert f'value="http://kitchen.local:8000{page}"' in from_afar
    assert qr_code(f"http://kitchen.local:8000{page}") in from_afar
    assert "make run HOST=0.0.0.0" not in from_afar
    assert "make run HOST=0.0.0.0" in here
    assert f"http://{NETWORK}:8000{page}" in here
    assert '<div class="qr"' not in here  # a phone would look for the room in itself
