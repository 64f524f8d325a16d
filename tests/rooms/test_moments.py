"""Dates and times: every page has them by one tag, which names the zone."""

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from rooms.templatetags.moments import moment
from tests.serving import ROOT

EVENING = datetime(2026, 11, 26, 19, 55, 7, 123456, UTC)


@pytest.mark.parametrize(
    ("form", "language", "zone", "at", "text"),
    [
        ("moment", "en", "UTC", "2026-11-26T19:55:07+00:00", "Nov. 26, 2026, 7:55 p.m. UTC"),
        ("time", "en", "Asia/Shanghai", "2026-11-27T03:55:07+08:00", "3:55 a.m. CST"),
        ("date", "zh-hans", "UTC", "2026-11-26T19:55:07+00:00", "2026年11月26日 UTC"),
    ],
)
def test_a_moment_is_told_in_the_servers_zone_by_name(form: str, language: str, zone: str, at: str, text: str) -> None:
    with timezone.override(zone), translation.override(language):
        assert moment(EVENING, form) == f'<time datetime="{at}" data-form="{form}">{text}</time>'


def test_no_template_writes_a_date_by_itself() -> None:
    own = re.compile(r"\|\s*(date|time|timesince|timeuntil)\b|<time\b|\{% now ")
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "admin" not in path.parts]
    assert [path.name for path in pages if own.search(path.read_text())] == []
