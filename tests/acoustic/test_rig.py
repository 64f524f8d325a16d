"""The rig adds nothing of its own: two pages that play one noise, each by its own audio clock, keep their distance if
the clocks are one, and part as the clocks do if they are not."""

from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import numpy as np
import pytest

from tests.acoustic.attempts import hear
from tests.acoustic.recording import Recording, dropouts, lags
from tests.acoustic.rig import Rig
from tests.acoustic.sound_cards import Device

pytestmark = pytest.mark.acoustic

LISTEN_S = 8
WANDER_MS = 0.05
"""Two samples: the pages' streams are mixed by one device clock, or by two whose rates are known."""
PPM = 104
WINDOW_S = 0.25
"""In a whole second two such cards part by ten samples, which blurs the noise's likeness."""

PAGE = b"""<!doctype html><title>noise</title><script>
const context = new AudioContext({ sampleRate: 48000, latencyHint: 'playback' });
const buffer = context.createBuffer(1, 20 * 48000, 48000);
const samples = buffer.getChannelData(0);
let state = 1;
for (let i = 0; i < samples.length; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  samples[i] = (state / 2 ** 32 - 0.5) * 0.4;
}
const source = new AudioBufferSourceNode(context, { buffer });
source.connect(context.destination);
</script>"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def noise_port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), _Page) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield http.server_port
        http.shutdown()


def complaints(noise_port: int, devices: Mapping[str, Device] | None, drift_ppm: float) -> Iterator[str]:
    with Rig(["left", "right"], devices) as rig:
        left, right = rig.listener("left", noise_port, network="lan"), rig.listener("right", noise_port)
        for listener in (left, right):
            listener.page.goto(listener.url)
        left.page.evaluate("source.start()")
        right.page.evaluate("source.start()")
        began_s = rig.now_s()
        left.page.wait_for_function(f"context.currentTime > {LISTEN_S}", timeout=60_000)
        heard: Recording = rig.heard()
        stop_s = rig.now_s()
    found = lags(heard, "left", "right", began_s + 1, stop_s - 0.5, window_s=WINDOW_S)
    print(found)
    if len(found.lag_ms) < LISTEN_S:
        yield f"only {len(found.lag_ms)} windows"
        return
    drift = np.array(found.at_s) * drift_ppm / 1000
    if np.ptp(found.lag_ms - drift) > WANDER_MS:
        yield f"they wander by {np.ptp(found.lag_ms - drift):.3f} ms"
    for name in ("left", "right"):
        if gaps := dropouts(heard, name, began_s + 1, stop_s):
            yield f"{name} dropped out: {gaps}"


def test_two_pages_on_two_speakers_keep_their_distance(noise_port: int) -> None:
    hear(lambda: list(complaints(noise_port, None, drift_ppm=0)))


def test_two_pages_on_two_sound_cards_part_as_the_cards_do(noise_port: int) -> None:
    devices = {"left": Device(ppm=PPM), "right": Device(ppm=-PPM)}
    hear(lambda: list(complaints(noise_port, devices, drift_ppm=-2 * PPM)))
