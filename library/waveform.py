"""The waveform as a picture. Pure."""

from collections.abc import Sequence

COLUMNS = 240
"""Bars of the picture: about one for each 3 px of the widest place that shows it."""

HALF_HEIGHT = 50


def bars(peaks: Sequence[int], columns: int = COLUMNS) -> str:
    """The `d` of an SVG path in a view box of `columns` x 2 HALF_HEIGHT: one upright stroke for each column, as high as
    the loudest of its peaks (0 to 255), mirrored at the middle. Silence is a dot."""
    strokes = []
    for column in range(min(columns, len(peaks))):
        first = column * len(peaks) // columns if len(peaks) > columns else column
        last = max(first + 1, (column + 1) * len(peaks) // columns if len(peaks) > columns else column + 1)
        half = max(peaks[first:last]) * (HALF_HEIGHT - 1) / 255
        strokes.append(f"M{column + 0.5} {HALF_HEIGHT - half:.1f}v{2 * half:.1f}")
    return "".join(strokes)
