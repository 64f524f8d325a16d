"""The library: tracks, their renditions, and the jobs that make them. Rows only; rules are in services and ingest."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from playback.segments import SAMPLE_RATE_HZ


class Track(models.Model):
    """A piece of music. It can be played once its status is `ready`."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        PROCESSING = "processing", _("processing")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    title = models.CharField(_("title"), max_length=300)
    artist = models.CharField(_("artist"), max_length=300, blank=True)
    album = models.CharField(_("album"), max_length=300, blank=True)
    album_artist = models.CharField(_("album artist"), max_length=300, blank=True)
    genre = models.CharField(_("genre"), max_length=100, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    track_number = models.PositiveSmallIntegerField(_("track number"), null=True, blank=True)
    disc_number = models.PositiveSmallIntegerField(_("disc number"), null=True, blank=True)

    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.QUEUED, db_index=True)
    error_code = models.CharField(max_length=40, blank=True)  # stable; library.ingest.errors lists them
    error = models.CharField(_("reason"), max_length=500, blank=True)  # for people
    progress = models.FloatField(default=0)  # 0 to 1, of the present ingest

    content_hash = models.CharField(max_length=64, unique=True)  # sha256 of the uploaded file: the track's identity
    original = models.CharField(max_length=300, blank=True)  # its name in storage
    original_name = models.CharField(_("file name"), max_length=300, blank=True)
    original_bytes = models.BigIntegerField(default=0)

    total_samples = models.BigIntegerField(default=0)  # at 48 kHz, counted in the decoded sound; 0 until ready
    package = models.CharField(max_length=64, blank=True)  # sha256 that names the folder of the renditions
    loudness_lufs = models.FloatField(null=True, blank=True)  # EBU R128, integrated over the whole track
    true_peak_dbtp = models.FloatField(null=True, blank=True)
    cover = models.CharField(max_length=80, blank=True)  # sha256 that names the picture; empty: none

    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["artist", "album", "disc_number", "track_number", "title", "id"]
        verbose_name, verbose_name_plural = _("track"), _("tracks")

    def __str__(self) -> str:
        return f"{self.artist} – {self.title}" if self.artist else self.title

    @property
    def duration_s(self) -> float:
        return self.total_samples / SAMPLE_RATE_HZ


class Rendition(models.Model):
    """One encoding of a track, packaged as segments on the common grid."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=20)  # aac-64, aac-128, aac-256, flac
    codec = models.CharField(max_length=20)  # as in RFC 6381: mp4a.40.2, fLaC
    frame_samples = models.PositiveIntegerField()
    preroll_frames = models.PositiveIntegerField()
    bitrate = models.PositiveIntegerField()  # mean, bit/s, of the segments without their preroll
    peak_bitrate = models.PositiveIntegerField()  # of the largest segment
    total_bytes = models.BigIntegerField()

    class Meta:
        ordering = ["bitrate"]
        constraints = [models.UniqueConstraint(fields=["track", "name"], name="rendition_once_per_track")]

    def __str__(self) -> str:
        return f"{self.name} of track {self.track_id}"


class IngestJob(models.Model):
    """Work to be done on a track. A job whose lease has run out belongs to nobody and is taken up again."""

    track = models.OneToOneField(Track, on_delete=models.CASCADE, related_name="job")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until_us = models.BigIntegerField(default=0)  # server time; 0: waiting
    worker = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"ingest of track {self.track_id}"


class ResumableUpload(models.Model):
    """A file that comes in pieces (`library.jobs.resumable`). How much of it is there, the length of its file says."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=300)
    metadata = models.CharField(max_length=2000)  # as its sender gave it: tus wants it told again
    size_bytes = models.BigIntegerField()  # of the whole file
    last_at_us = models.BigIntegerField(db_index=True)  # server time at which it began, or a piece came
    track = models.ForeignKey(Track, null=True, on_delete=models.CASCADE, related_name="+")  # once all of it has come
    is_new = models.BooleanField(default=False)  # whether the track came of this upload

    class Meta:
        ordering = ["-last_at_us"]

    def __str__(self) -> str:
        return f"upload of {self.name}"
