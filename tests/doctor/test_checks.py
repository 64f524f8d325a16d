"""Each check of the doctor finds its fault, and is content without it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from pytest_django import Settings

from library.ingest import ffmpeg
from library.models import IngestJob
from playback import clock
from rooms.models import Room
from synchro.doctor import contradictions, music, storage, time
from synchro.doctor.findings import Check, Finding, Level
from synchro.doctor.management.commands.doctor import line
from tests.builders import ready_track

PRODUCTION = {
    "ALLOWED_HOSTS": ["music.example.org"],
    "CSRF_TRUSTED_ORIGINS": ["https://music.example.org"],
    "BEHIND_PROXY": 1,
    "BEHIND_HTTPS": True,
    "LISTENS_ON": "127.0.0.1",
    "ACCEL_REDIRECT": "/_segments/",
    "DEBUG": False,
}


def only(check: Check) -> Finding:
    (finding,) = check()
    return finding


@pytest.fixture
def production(settings: Settings) -> Settings:
    for name, value in PRODUCTION.items():
        setattr(settings, name, value)
    return settings


def test_the_documented_settings_agree(production: Settings) -> None:
    assert only(contradictions.settings_agree).level is Level.GOOD


@pytest.mark.parametrize(
    ("setting", "value", "level", "named"),
    [
        ("CSRF_TRUSTED_ORIGINS", ["http://music.example.org"], Level.BAD, "SYNCHRO_HTTPS"),
        ("CSRF_TRUSTED_ORIGINS", ["https://sound.example.org"], Level.BAD, "SYNCHRO_HOSTS"),
        ("CSRF_TRUSTED_ORIGINS", ["https://[2001:db8::1]"], Level.BAD, "SYNCHRO_HOSTS"),
        ("BEHIND_HTTPS", False, Level.DOUBTFUL, "SYNCHRO_HTTPS=1"),
        ("LISTENS_ON", "0.0.0.0", Level.DOUBTFUL, "HOST=127.0.0.1"),
        ("DEBUG", True, Level.BAD, "SYNCHRO_DEBUG=0"),
    ],
)
def test_what_cannot_all_be_meant(production: Settings, setting: str, value: Any, level: Level, named: str) -> None:
    setattr(production, setting, value)
    finding = only(contradictions.settings_agree)
    assert finding.level is level
    assert named in finding.remedy


def test_https_and_nginxs_music_need_a_proxy(production: Settings) -> None:
    production.BEHIND_PROXY = 0
    found = list(contradictions.settings_agree())
    assert [finding.level for finding in found] == [Level.DOUBTFUL, Level.BAD]
    assert all("SYNCHRO_BEHIND_PROXY=1" in finding.remedy for finding in found)


def test_a_database_of_this_version(db: None) -> None:
    assert only(storage.migrated).level is Level.GOOD
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'rooms' AND name LIKE '0004%%'")
    finding = only(storage.migrated)
    assert finding.level is Level.BAD
    assert "manage.py migrate" in finding.remedy


@pytest.mark.parametrize(("upload_bytes", "level"), [(1, Level.GOOD), (10**18, Level.DOUBTFUL)])
def test_room_for_the_largest_upload(settings: Settings, upload_bytes: int, level: Level) -> None:
    settings.MAX_UPLOAD_BYTES = upload_bytes
    assert only(storage.free_space).level is level


def test_whose_folder_it_is(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    assert list(storage.owner()) == []
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    assert "4711" in only(storage.owner).what


@pytest.fixture
def anew() -> Iterator[Callable[[], None]]:
    ffmpeg.executable.cache_clear()
    yield ffmpeg.executable.cache_clear
    ffmpeg.executable.cache_clear()


def test_an_ffmpeg_that_is_not_there(settings: Settings, tmp_path: Path, anew: Callable[[], None]) -> None:
    stated = tmp_path / "ffmpeg"
    settings.FFMPEG = str(stated)
    finding = only(music.ffmpeg_runs)
    assert finding.level is Level.BAD
    assert "SYNCHRO_FFMPEG" in finding.remedy
    stated.write_text("#!/bin/sh\necho ffmpeg version 7.1 Copyright\n")
    stated.chmod(0o700)
    assert "7.1" in only(music.ffmpeg_runs).what


@pytest.mark.parametrize(("in_process", "level"), [(True, Level.DOUBTFUL), (False, Level.BAD)])
def test_a_job_that_nobody_takes_up(db: None, settings: Settings, in_process: bool, level: Level) -> None:
    settings.INGEST_IN_PROCESS = in_process
    assert only(music.worker_works).level is Level.GOOD
    job = IngestJob.objects.create(track=ready_track())
    assert only(music.worker_works).level is level
    IngestJob.objects.filter(pk=job.pk).update(lease_until_us=clock.now_us() + 60_000_000)
    assert only(music.worker_works).level is Level.GOOD


@pytest.mark.parametrize(("ahead_us", "level"), [(-clock.PLANNED_US, Level.GOOD), (3_600_000_000, Level.DOUBTFUL)])
def test_a_clock_that_was_set_back(db: None, ahead_us: int, level: Level) -> None:
    Room.objects.create(slug="hall", name="Hall", at_us=clock.now_us() + ahead_us)
    assert only(time.clock_goes_on).level is level


def test_it_speaks_chinese(production: Settings) -> None:
    with translation.override("zh-hans"):
        assert only(contradictions.settings_agree).what == "各项设置彼此一致。"


def test_a_finding_is_a_line_and_its_remedy_another() -> None:
    assert line(Finding(Level.BAD, "It rains.", "Take an umbrella.")) == "  ✗  It rains.\n     Take an umbrella."
    assert line(Finding(Level.GOOD, "The sun shines.")) == " ok  The sun shines."
