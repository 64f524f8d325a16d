"""What an application receives: all of it, in order, however it waits."""

import asyncio

from synchro.server.inbox import Inbox


def message(number: int) -> dict[str, int]:
    return {"number": number}


async def test_what_came_before_is_received_in_order() -> None:
    inbox = Inbox()
    for number in range(3):
        inbox.put_nowait(message(number))
    assert inbox.qsize() == 3
    assert [(await inbox.get())["number"] for _ in range(3)] == [0, 1, 2]
    assert inbox.qsize() == 0


async def test_who_waits_is_woken_by_what_comes() -> None:
    inbox = Inbox()
    waiting = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)  # it waits now
    inbox.put_nowait(message(1))
    inbox.put_nowait(message(2))
    assert (await waiting, await inbox.get()) == (message(1), message(2))


async def test_who_gives_up_takes_nothing_along() -> None:
    """A message that comes in the same turn of the loop in which its reader is cancelled stays."""
    inbox = Inbox()
    waiting = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    inbox.put_nowait(message(1))
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert await asyncio.wait_for(inbox.get(), 1) == message(1)
