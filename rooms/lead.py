"""How far ahead a change of the music takes effect."""

LEAD_MS = 300
"""Longer than a message takes to a phone on a mobile network (4g: 60 ms and seldom 250 more), shorter than what feels
like waiting."""

LEAD_US = LEAD_MS * 1000
