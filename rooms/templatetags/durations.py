from django import template

from library.durations import as_duration

register = template.Library()
register.filter(as_duration)
