"""Numbers of the sync monitor as its table shows them."""

from django import template

register = template.Library()


@register.filter
def reading(value: float | str | None, digits: int) -> str:
    """`-0.213|reading:2` is −0.21; what is not known yet, or is of a player that has not reported, is a dash."""
    if value is None or isinstance(value, str):  # a template's word for "there is none" is an empty text
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")
