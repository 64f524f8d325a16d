"""From an uploaded file to segments: probe, decode once, encode and analyse on the way, package."""
