"""Addresses of the library. The converters are the only way in for names that become paths."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from library.web import pages, preview, resumable, streams, upload


class Sha256Converter(StringConverter):
    regex = "[0-9a-f]{64}"


class RenditionConverter(StringConverter):
    regex = "[a-z]{1,8}(?:-[0-9]{1,4})?"


class SegmentConverter:
    """The index, without leading zeros: one address per segment. Five digits are 106 hours."""

    regex = "0|[1-9][0-9]{0,4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Sha256Converter, "sha256")
register_converter(RenditionConverter, "rendition")
register_converter(SegmentConverter, "segment")

app_name = "library"
urlpatterns = [
    path("", pages.index, name="index"),
    path("unready/", pages.unready, name="unready"),
    path("upload/", upload.upload, name="upload"),
    path("uploads/", resumable.uploads, name="resumables"),
    path("uploads/<uuid:upload_id>/", resumable.upload, name="resumable"),
    path("tracks/<int:track_id>/", pages.track, name="track"),
    path("tracks/<int:track_id>/tags/", pages.tags, name="tags"),
    path("tracks/<int:track_id>/ingest/", pages.ingest, name="ingest"),
    path("tracks/<int:track_id>/delete/", pages.delete, name="delete"),
    path("tracks/<int:track_id>/preview", preview.preview, name="preview"),
    path("tracks/<int:track_id>/master.m3u8", streams.master_playlist, name="master-playlist"),
    path("tracks/<int:track_id>/<rendition:rendition>.m3u8", streams.media_playlist, name="media-playlist"),
    path("audio/<sha256:package>/peaks.json", streams.peaks, name="peaks"),
    path("audio/<sha256:package>/<rendition:rendition>/init.mp4", streams.init, name="init"),
    path("audio/<sha256:package>/<rendition:rendition>/<segment:index>.m4s", streams.segment, name="segment"),
    path(
        "audio/<sha256:package>/<rendition:rendition>/<segment:first>-<segment:last>.m4s",
        streams.joined_segments,
        name="joined-segments",
    ),
    path("covers/<sha256:cover>.jpg", streams.cover, name="cover"),
    path("calibration.json", streams.calibration_description, name="calibration-description"),
    path("calibration/<rendition:rendition>.mp4", streams.calibration, name="calibration"),
]
