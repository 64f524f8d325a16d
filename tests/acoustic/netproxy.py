"""A TCP proxy that behaves like a bad network: one-way delays, jitter, stalls, a bandwidth cap, cuts, a freeze.

usage: python -m tests.acoustic.netproxy LISTEN_PORT TARGET_PORT PROFILE [SEED]     (loopback; until SIGTERM)

TCP keeps order, so a delayed chunk delays those behind it, as a retransmission does. SIGUSR1 cuts every open
connection; SIGUSR2 freezes all traffic for FREEZE_S (a half-open link) and then lets it go on.
"""

import asyncio
import random
import signal
import sys
from dataclasses import dataclass

FREEZE_S = 5
_CHUNK_BYTES = 16 * 1024
_CHUNKS_IN_FLIGHT = 256


@dataclass(frozen=True)
class Profile:
    """`up_ms`, `down_ms`: one-way delays, to the server and back. `jitter_ms`: mean of an exponential extra delay of
    each chunk. `stall_p`: chance that a chunk is held `stall_ms` longer. `kbps`: cap each way of a connection."""

    up_ms: float = 0
    down_ms: float = 0
    jitter_ms: float = 0
    stall_p: float = 0
    stall_ms: float = 0
    kbps: float = 0


PROFILES = {
    "clean": Profile(),
    "lan": Profile(up_ms=0.3, down_ms=0.3, jitter_ms=0.2),
    "wifi": Profile(up_ms=3, down_ms=3, jitter_ms=4, stall_p=0.01, stall_ms=60),
    "busy-wifi": Profile(up_ms=5, down_ms=8, jitter_ms=20, stall_p=0.03, stall_ms=200),
    "4g": Profile(up_ms=35, down_ms=25, jitter_ms=12, stall_p=0.01, stall_ms=250, kbps=12_000),
    "3g": Profile(up_ms=120, down_ms=80, jitter_ms=40, stall_p=0.02, stall_ms=400, kbps=780),
    "asym": Profile(up_ms=60, down_ms=10, jitter_ms=5),
}


class BadNetwork:
    """Forwards connections to `target_port` as `profile` has it."""

    def __init__(self, target_port: int, profile: Profile, seed: int) -> None:
        self._target_port = target_port
        self._profile = profile
        self._random = random.Random(seed)
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()

    def cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    def freeze(self) -> None:
        self._flowing.clear()
        asyncio.get_running_loop().call_later(FREEZE_S, self._flowing.set)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, up_writer}
        self._writers |= ends
        try:
            await asyncio.gather(
                self._pump(reader, up_writer, self._profile.up_ms), self._pump(up_reader, writer, self._profile.down_ms)
            )
        except asyncio.CancelledError:
            pass  # the proxy ends
        finally:
            self._writers -= ends
            for end in ends:
                end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, base_ms: float) -> None:
        loop = asyncio.get_running_loop()
        in_flight: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_CHUNKS_IN_FLIGHT)
        delivery = asyncio.create_task(self._deliver(in_flight, writer))
        due = line_free = 0.0
        try:
            data = b"begin"
            while data:
                data = await reader.read(_CHUNK_BYTES)
                left = loop.time()
                if self._profile.kbps:
                    line_free = left = max(line_free, left) + len(data) * 8 / (self._profile.kbps * 1000)
                due = max(due, left + self._delay_s(base_ms))
                await in_flight.put((due, data))
            await delivery
        except OSError:
            pass  # cut, or one end is gone: the other learns of it as its connection closes
        finally:
            delivery.cancel()

    async def _deliver(self, in_flight: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await in_flight.get()
            await asyncio.sleep(due - loop.time())
            await self._flowing.wait()
            if not data:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            writer.write(data)
            await writer.drain()

    def _delay_s(self, base_ms: float) -> float:
        profile, delay_ms = self._profile, base_ms
        if profile.jitter_ms:
            delay_ms += self._random.expovariate(1 / profile.jitter_ms)
        if profile.stall_p and self._random.random() < profile.stall_p:
            delay_ms += profile.stall_ms
        return delay_ms / 1000


async def serve(listen_port: int, target_port: int, profile: Profile, seed: int) -> None:
    network = BadNetwork(target_port, profile, seed)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, network.cut)
    loop.add_signal_handler(signal.SIGUSR2, network.freeze)
    server = await asyncio.start_server(network.accept, "127.0.0.1", listen_port)
    await stop.wait()
    server.close()
    network.cut()


if __name__ == "__main__":
    listen, target, name, *seed = sys.argv[1:]
    asyncio.run(serve(int(listen), int(target), PROFILES[name], int(seed[0]) if seed else 1))
