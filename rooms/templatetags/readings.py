"""Numbers of the sync monitor as its table shows them."""

from django import template

register = template.Library()


@register.filter
def reading(value: float | None, digits: int) -> str:
    """`-0.213|reading:2` is −0.21; what is not known yet, or is of a player that has not reported, is a dash."""
    if value is None or value == "":
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")
