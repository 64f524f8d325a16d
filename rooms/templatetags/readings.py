"""What players report, as the table of the sync monitor shows it."""

from django import template
from django.utils.translation import pgettext_lazy

register = template.Library()

LATENCY_SOURCES = {
    "reported": pgettext_lazy("output delay", "reported"),
    "held": pgettext_lazy("output delay", "held"),
    "envelope": pgettext_lazy("output delay", "smoothed"),
    "estimated": pgettext_lazy("output delay", "estimated"),
}
"""How a player knows its output delay (`PlayoutReading` in static/js/output/playout.js)."""


@register.filter
def reading(value: float | str | None, digits: int) -> str:
    """`-0.213|reading:2` is −0.21; what is not known yet, or is of a player that has not reported, is a dash."""
    if value is None or isinstance(value, str):  # a template's word for "there is none" is an empty text
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


@register.filter
def latency_source(name: str | None) -> str:
    """In the reader's language; nothing for a name that this version does not know."""
    return str(LATENCY_SOURCES.get(name or "", ""))
