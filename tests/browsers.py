"""Chromium as Debian ships it, for the tests."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Error, Playwright

CHROMIUM = "/usr/bin/chromium"

NO_ERRANDS = (
    "--no-sandbox",  # CI runs as root, where Chromium's sandbox refuses to start
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
)

Scheme = Literal["light", "dark"]

EMPTY_PAGE = "about:blank"
"""Where pages begin, and end."""

ANY_TIME_SOUND = "--autoplay-policy=no-user-gesture-required"


@dataclass(frozen=True)
class Launch:
    """How a browser is started. With a window it needs a display, and its sound goes to `environment`'s speaker."""

    window: bool = False
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


HOME_NAME = "kitchen.local"
"""This machine's name on a home network: an address without https that no browser takes for a safe place."""

QUIET_CHROMIUM = Launch(arguments=(f"--host-resolver-rules=MAP {HOME_NAME} 127.0.0.1",))


def launch(playwright: Playwright, how: Launch) -> Browser:
    return playwright.chromium.launch(
        executable_path=CHROMIUM,
        headless=not how.window,
        args=[*NO_ERRANDS, *how.arguments],
        ignore_default_args=["--mute-audio"] if how.window else None,
        env=dict(how.environment) or None,
    )


def close(context: BrowserContext) -> None:
    """Close its pages. Not while one of them is about to arrive somewhere: one time in twenty Chromium never answers
    then, and Playwright waits for it forever. So each is led to an empty page first; if that is interrupted, it has
    arrived where it was going."""
    for page in context.pages:
        with contextlib.suppress(Error):
            page.goto(EMPTY_PAGE)
    context.close()
