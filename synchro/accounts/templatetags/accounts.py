"""What every page asks of the accounts."""

from django import template

from synchro.accounts import first_admin

register = template.Library()


@register.simple_tag
def first_administrator_offer() -> bool:
    """Whether pages should offer to create the first administrator. Reads a file's presence, not the database."""
    return first_admin.is_offered()
