"""The hub delivers one text to every socket, in order, past broken ones, with room for pings in between."""

import asyncio

from rooms.live.hub import SENDS_BEFORE_YIELD, Hub


class FakeSocket:
    def __init__(self, language: str = "en", *, broken: bool = False) -> None:
        self.language = language
        self.broken = broken
        self.texts: list[str] = []

    async def send_text(self, text: str) -> None:
        if self.broken:
            raise ConnectionError
        self.texts.append(text)


async def test_each_socket_gets_its_language() -> None:
    hub, english, chinese = Hub(), FakeSocket("en"), FakeSocket("zh-hans")
    hub.sockets |= {english, chinese}
    await hub.deliver({"en": "one", "zh-hans": "一"})
    assert (english.texts, chinese.texts) == (["one"], ["一"])


async def test_a_broken_socket_keeps_nothing_from_the_others_and_is_let_go() -> None:
    hub, broken, well = Hub(), FakeSocket(broken=True), FakeSocket()
    hub.sockets |= {broken, well}
    await hub.deliver({"en": "a"})
    assert well.texts == ["a"]
    assert broken not in hub.sockets


async def test_texts_arrive_in_the_order_of_the_calls_at_every_socket() -> None:
    hub = Hub()
    sockets = [FakeSocket() for _ in range(3 * SENDS_BEFORE_YIELD)]
    hub.sockets |= set(sockets)
    await asyncio.gather(*(hub.deliver({"en": str(n)}) for n in range(5)))
    assert all(socket.texts == ["0", "1", "2", "3", "4"] for socket in sockets)


async def test_others_have_their_turn_during_a_large_delivery() -> None:
    hub = Hub()
    sockets = [FakeSocket() for _ in range(4 * SENDS_BEFORE_YIELD)]
    hub.sockets |= set(sockets)
    seen: list[int] = []

    async def ping() -> None:
        while len(seen) < 3:
            seen.append(sum(len(socket.texts) for socket in sockets))
            await asyncio.sleep(0)

    await asyncio.gather(hub.deliver({"en": "x"}), ping())
    assert 0 < seen[1] < len(sockets)


async def test_what_nobody_waits_for_is_overtaken() -> None:
    hub = Hub()
    sockets = [FakeSocket() for _ in range(4 * SENDS_BEFORE_YIELD)]
    hub.sockets |= set(sockets)
    people = asyncio.create_task(hub.deliver_later({"en": "people"}))
    await asyncio.sleep(0)
    before = sum(len(socket.texts) for socket in sockets)
    await hub.deliver({"en": "pause"})
    heard_people_first = sum(socket.texts[:1] == ["people"] for socket in sockets)
    assert 0 < before <= heard_people_first <= before + SENDS_BEFORE_YIELD
    await people
    assert all(sorted(socket.texts) == ["pause", "people"] for socket in sockets)
