"""Scripts in a page's head, all at once. A browser that learns of each module by the one before it asks five times,
and on 3g each time takes a quarter of a second."""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_IMPORTS = re.compile(
    r"^(?:import|export)\s(?:[^;]*?from )?'(\.[^']+)'|new URL\('(\.[^']+\.js)', import\.meta\.url\)", re.MULTILINE
)
"""A module's imports as they stand in this project (a comment's begin with an asterisk), and the workers it starts."""


@register.simple_tag
def module(path: str, early: str = "") -> SafeString:
    """The module at `path` among the static files, and before it a preload of everything that it leads to; first of
    all `early`, one of those, which runs as soon as it can."""
    first = (*led_to(early), early) if early else ()
    needed = dict.fromkeys((*first, *led_to(path), path))
    preloads = format_html_join("\n", '<link rel="modulepreload" href="{}">', ((static(each),) for each in needed))
    scripts = format_html('<script src="{}" type="module"></script>', static(path))
    if early:
        scripts = format_html('<script src="{}" type="module" async></script>\n{}', static(early), scripts)
    return format_html("{}\n{}", preloads, scripts)


@cache
def led_to(path: str) -> tuple[str, ...]:
    """Every module that `path` imports, whatever the number of steps, nearest first. The files do not change under a
    running server: their address is made of what is in them."""
    found: dict[str, None] = {}
    left = [path]
    while left:
        here = left.pop(0)
        file = finders.find(here)
        if not isinstance(file, str):
            raise LookupError(f"no static file {here}")
        for imported, worker in _IMPORTS.findall(Path(file).read_text()):
            name = normpath(join(dirname(here), imported or worker))
            if name not in found and name != path:
                found[name] = None
                left.append(name)
    return tuple(found)
