"""Lengths of music as players write them."""


def as_duration(duration_s: float) -> str:
    """3:45, or 1:02:03 from an hour on; to the nearest second."""
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
