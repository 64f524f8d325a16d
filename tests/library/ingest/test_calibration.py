"""The calibration sounds: what a player's decoder returns for them tells what it removes."""

import json
from pathlib import Path

import numpy as np
import pytest

from library.ingest.renditions import RENDITIONS
from library.jobs import calibration
from library.storage import names, store
from tests.library.sounds import decoded


@pytest.fixture
def description(data_dir: Path) -> dict[str, dict[str, int | str]]:
    calibration.ensure()
    described = json.loads(store.read(names.calibration("calibration.json")))
    return {one["id"]: one for one in described["renditions"]}


def test_the_loudest_sample_is_the_marker_in_every_rendition(description: dict[str, dict[str, int | str]]) -> None:
    assert list(description) == [spec.name for spec in RENDITIONS]
    for name, stated in description.items():
        samples = np.abs(decoded(store.read(names.calibration(f"{name}.mp4")))[:, 0])
        assert len(samples) == stated["length_samples"]
        marker = int(samples.argmax())
        assert marker == stated["marker_sample"]
        others = np.delete(samples, slice(marker - 5, marker + 6))
        assert others.max() < 0.75 * samples[marker]


def test_each_is_what_a_segment_is_to_a_decoder(description: dict[str, dict[str, int | str]]) -> None:
    for name in description:
        content = store.read(names.calibration(f"{name}.mp4"))
        assert content[4:8] == b"ftyp"
        assert content.count(b"moof") == 2  # preroll and segment
        assert b"free" not in content
        assert len(content) < 25_000


def test_it_is_made_once(data_dir: Path, description: object) -> None:
    made = (data_dir / "calibration" / "flac.mp4").stat()
    calibration.ensure()
    assert (data_dir / "calibration" / "flac.mp4").stat() == made


def test_it_is_made_again_when_what_it_says_is_not_what_is_wanted(data_dir: Path, description: object) -> None:
    (data_dir / "calibration" / "calibration.json").write_text("{}")
    (data_dir / "calibration" / "flac.mp4").unlink()
    calibration.ensure()
    assert (data_dir / "calibration" / "flac.mp4").is_file()
