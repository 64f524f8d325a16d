"""People in front of the rig's loudspeakers: what they press, and when the music is to be heard."""

from tests.acoustic.bare_chromium import BareChromium
from tests.acoustic.rig import Listener, Rig
from tests.serving import Site
from tests.waiting import until

KITCHEN, BATH = "kitchen", "bath"
SOUND_DEADLINE_S = 20


def open_page(listener: Listener, slug: str) -> None:
    """Open the room's page, and wait until it knows the room and may be pressed."""
    listener.page.goto(f"{listener.url}/rooms/{slug}/")
    listener.page.wait_for_function("() => window.synchro?.status().revision > 0")


def join(listener: Listener, slug: str, nickname: str) -> None:
    open_page(listener, slug)
    press_listen(listener, nickname)


def want_quality(listener: Listener, rendition: str) -> None:
    """As if it had been chosen on that device before. The page is not open yet."""
    listener.page.add_init_script(f"localStorage.setItem('synchro.quality', '{rendition}')")


def press_listen(listener: Listener, nickname: str) -> None:
    listener.page.locator("input[name=nickname]").fill(nickname)
    listener.page.locator("#listen").click()


def join_bare(page: BareChromium) -> None:
    """A page that is open already."""
    until(lambda: page.evaluate("window.synchro?.status().revision > 0"), SOUND_DEADLINE_S, "the page is whole")
    page.evaluate("document.querySelector('#listen').click()")


def press(listener: Listener, command: str) -> None:
    """A button of the transport."""
    listener.page.locator(f"#transport [data-do={command}]").click()


def seek(listener: Listener, share: float) -> None:
    """Press the seek bar at a share of its length."""
    bar = listener.page.locator("#seek")
    box = bar.bounding_box()
    assert box is not None
    bar.click(position={"x": box["width"] * share, "y": box["height"] / 2})


def all_sound(rig: Rig, wanted: bool, within_s: float = 1.0) -> bool:
    heard, now_s = rig.heard(), rig.now_s()
    return all(heard.sounds_at(name, now_s - within_s, now_s) == wanted for name in heard.sounds)


def until_all_sound(rig: Rig, wanted: bool = True) -> None:
    until(lambda: all_sound(rig, wanted), SOUND_DEADLINE_S, f"every speaker {'sounds' if wanted else 'is silent'}")


def join_both(rig: Rig, site: Site, slug: str, kitchen: Listener, bath: Listener) -> None:
    """Two people join; the music plays before this returns."""
    join(kitchen, slug, "Alice")
    join(bath, slug, "Bob")
    if site.room(slug)["status"] != "playing":
        press(kitchen, "play")
    until_all_sound(rig)
