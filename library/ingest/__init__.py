"""From an uploaded file to segments: probe, transcode and analyse in one pass of ffmpeg, package."""
