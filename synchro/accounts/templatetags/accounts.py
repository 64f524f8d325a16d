"""What every page asks of the accounts."""

from django import template

from synchro.accounts import first_admin, sign_up

register = template.Library()


@register.simple_tag
def first_administrator_offer() -> bool:
    """Whether pages should offer to create the first administrator. Reads a file's presence, not the database."""
    return first_admin.is_offered()


@register.simple_tag
def sign_up_is_open() -> bool:
    """Whether pages should lead to where people create an account."""
    return sign_up.is_open()
