"""What is counted of players' reports and commands."""

import pytest

from playback import metrics
from playback.protocol import ListenerReport, TransportPlay


def value(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


def test_reports_make_distributions_of_what_is_known() -> None:
    names = ("error_ms", "offset_error_ms", "rtt_ms", "buffered_s")
    counts = {name: value(f"synchro_{name}_count") for name in names}
    below = value("synchro_error_ms_bucket", le="0.35")
    metrics.observe_report(ListenerReport(audio="playing", error_ms=-0.3, rtt_ms=12, buffered_s=30), None)
    assert {name: value(f"synchro_{name}_count") - counts[name] for name in names} == {
        "error_ms": 1, "offset_error_ms": 0, "rtt_ms": 1, "buffered_s": 1,
    }  # fmt: skip
    assert value("synchro_error_ms_bucket", le="0.35") - below == 1  # early and late alike


@pytest.mark.parametrize(
    ("before", "now", "more"), [(None, 5, 0), (2, 5, 3), (5, 5, 0), (5, 1, 0)],
    ids=["the first of a socket", "some more", "no more", "a page that began anew"],
)  # fmt: skip
def test_counters_of_players_count_by_their_increase(before: int | None, now: int, more: int) -> None:
    names = ("synchro_underruns_total", "synchro_resyncs_total")
    held = [value(name) for name in names]
    earlier = None if before is None else ListenerReport(audio="playing", underruns=before, resyncs=before)
    metrics.observe_report(ListenerReport(audio="playing", underruns=now, resyncs=now), earlier)
    assert [value(name) for name in names] == [count + more for count in held]


def test_commands_are_counted_by_type_and_outcome() -> None:
    labels = {"type": "transport.play", "outcome": "refused"}
    held = value("synchro_commands_total", **labels)
    metrics.count_command(TransportPlay(id="a"), accepted=False)
    assert value("synchro_commands_total", **labels) - held == 1
