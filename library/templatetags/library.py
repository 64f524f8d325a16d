"""What templates ask of a track."""

from django import template

from library import selectors, services
from library.models import Track

register = template.Library()


@register.filter
def cover(track: Track, size_px: int) -> str:
    return selectors.cover_url(track, size_px)


@register.filter
def failure_reason(track: Track) -> str:
    return selectors.failure_reason(track)


@register.filter
def may_try_again(track: Track) -> bool:
    return selectors.may_try_again(track)


@register.simple_tag(takes_context=True)
def may_manage(context: template.Context, track: Track) -> bool:
    """Whether the reader may correct, ingest again or delete the track."""
    return services.may_manage(context["user"], track)


@register.simple_tag
def kbit_s(bitrate: int) -> str:
    """A bitrate in bit/s, for people."""
    return f"{round(bitrate / 1000)} kbit/s"
