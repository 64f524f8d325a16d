"""Dates and times as every page has them: in the reader's zone and language where a script runs (page/moments.js), and
else in the server's zone, which is named."""

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone

register = template.Library()

FORMS = {"moment": "DATETIME_FORMAT", "date": "DATE_FORMAT", "time": "TIME_FORMAT"}


@register.simple_tag
def moment(value: datetime, form: str = "moment") -> SafeString:
    """`form`: one of FORMS, which the script knows too."""
    local = value.astimezone(get_current_timezone())
    return format_html(
        '<time datetime="{}" data-form="{}">{} {}</time>',
        local.isoformat(timespec="seconds"), form, date_format(local, FORMS[form]), local.tzname(),
    )  # fmt: skip
