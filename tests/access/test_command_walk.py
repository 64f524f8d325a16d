"""Every command, from every kind of person, over the real server: the answer is the one in docs/permissions.md."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection

from rooms.commands import TABLE
from tests.access.stage import DEADLINE_S, Stage, answer
from tests.permissions import ANSWERS, COMMANDS, GRANT_OF
from tests.serving import Site

CONTROLS = ("everyone", "hosts")


CHANGED_WHILE_OPEN = {"signed out", "deactivated", "demoted", "replaced"}


def expected(person: str, command: str, control: str) -> str:
    grant = GRANT_OF[command]
    return ANSWERS[person][control if grant == "control" else grant]


Case = tuple[str, str, str]
Sockets = dict[Case, tuple[ClientConnection, str]]

CASES = [(person, command, control) for person in ANSWERS for command in sorted(COMMANDS) for control in CONTROLS]


class Walk(Stage):
    """A room of its own for each case that changes one, and one for all that are refused."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, 2 * sum(expected(*case) == "yes" for case in CASES) + 2)
        self.untouched = {control: self.rooms[control].pop() for control in CONTROLS}

    def room_for(self, case: Case) -> dict[str, Any]:
        return self.rooms[case[2]].pop() if expected(*case) == "yes" else self.untouched[case[2]]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with Site(tmp_path_factory.mktemp("walk")) as site:
        site.prepare(demo=False)
        prepared = Walk(site)
        site.start()
        yield prepared


def walk(sockets: Sockets) -> None:
    answers = {case: answer(socket, frame) for case, (socket, frame) in sockets.items()}
    assert answers == {case: expected(*case) for case in sockets}


@contextmanager
def opened(stage: Walk, person: str) -> Iterator[Sockets]:
    """A socket for each command, open before anything about the person changes."""
    cases = [case for case in CASES if case[0] == person]
    rooms = {case: stage.room_for(case) for case in cases}
    with ExitStack() as sockets:
        yield {
            case: (sockets.enter_context(stage.socket(person, room["slug"])), stage.frame(case[1], room))
            for case, room in rooms.items()
        }


def untouched(stage: Walk) -> list[tuple[int, int, int]]:
    states = [httpx.get(f"{stage.site.url}/api/v1/rooms/{room['slug']}").json() for room in stage.untouched.values()]
    return [(state["revision"], state["volume"], len(state["queue"])) for state in states]


def members(stage: Walk) -> str:
    """Everybody's membership of the rooms in which all was refused."""
    slugs = [room["slug"] for room in stage.untouched.values()]
    return stage.site.manage("shell", "--verbosity", "0", "--command", f"""
from rooms.models import Member
print(list(Member.objects.filter(room__slug__in={slugs!r}).order_by("pk").values_list("pk", "nickname", "role")))
""")  # fmt: skip


def test_the_documented_commands_are_those_of_the_code() -> None:
    assert set(COMMANDS.values()) == set(TABLE)
    assert {tag: TABLE[message].grant.value for tag, message in COMMANDS.items()} == GRANT_OF


@pytest.mark.parametrize("person", [person for person in ANSWERS if person not in CHANGED_WHILE_OPEN])
def test_every_command_is_answered_as_documented(stage: Walk, person: str) -> None:
    before = untouched(stage), members(stage)
    with opened(stage, person) as sockets:
        walk(sockets)
    assert (untouched(stage), members(stage)) == before  # what was refused changed nothing, memberships included


def test_who_signs_out_commands_nothing_more(stage: Walk) -> None:
    with opened(stage, "signed out") as sockets:
        sign_out(stage)
        some_socket = next(iter(sockets.values()))[0]
        assert last_role(some_socket, until="visitor") == "visitor"  # and is told so without asking
        walk(sockets)


def sign_out(stage: Walk) -> None:
    with httpx.Client(base_url=stage.site.url) as browser:
        cookie = stage.cookies["signed out"]
        token = browser.get("/accounts/", headers={"Cookie": cookie}).cookies["csrftoken"]
        headers = {"Cookie": f"{cookie}; csrftoken={token}"}
        assert browser.post("/accounts/sign-out/", data={"csrfmiddlewaretoken": token}, headers=headers).is_redirect


def last_role(socket: ClientConnection, *, until: str) -> str:
    while (message := json.loads(socket.recv(DEADLINE_S)))["type"] != "self.update" or message["role"] != until:
        pass
    return str(message["role"])


@pytest.mark.parametrize(
    ("person", "change"),
    [
        ("deactivated", "User.objects.filter(username='deactivated').update(is_active=False)"),
        ("demoted", "User.objects.filter(username='demoted').update(is_staff=False)"),
        ("replaced", "Member.objects.filter(user__username='replaced').update(role='listener')"),
    ],
)
def test_rights_end_when_they_end_though_no_signal_is_sent(stage: Walk, person: str, change: str) -> None:
    imports = "from django.contrib.auth.models import User\nfrom rooms.models import Member\n"
    with opened(stage, person) as sockets:
        stage.site.manage("shell", "--verbosity", "0", "--command", imports + change)
        walk(sockets)


def test_the_walk_covers_every_command_and_person() -> None:
    assert len(CASES) == len(ANSWERS) * len(TABLE) * len(CONTROLS)
