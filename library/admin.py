"""The library for the site's administrators: what is in it, what failed and why, many files at once."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from library import services
from library.durations import as_duration
from library.models import Rendition, Track
from library.selectors import cover_url, failure_reason, waveform
from library.web.pages import in_preparation, upload_form

FACTS = (
    "status", "reason", "length", "total_samples", "loudness", "true_peak", "original_name", "size", "content_hash",
    "package", "added_by", "added_at",
)  # fmt: skip


class RenditionInline(admin.TabularInline):
    model = Rendition
    fields = readonly_fields = ("name", "codec", "bitrate", "peak_bitrate", "total_bytes")
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Track | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Rendition | None = None) -> bool:
        return False


@admin.register(Track)
class TrackAdmin(admin.ModelAdmin):
    """Tags are edited here; everything else is what the file is. "Add" takes many files (`add_view`)."""

    list_display = ("picture", "title", "artist", "album", "length", "state", "loudness", "added_at")
    list_display_links = ("title",)  # a picture says nothing to who does not see it
    list_filter = ("status", "added_at", "genre")
    list_per_page = 50
    search_fields = ("title", "artist", "album", "original_name")
    date_hierarchy = "added_at"
    fieldsets = (
        (None, {"fields": ("picture", "sound")}),
        (_("Tags"), {"fields": services.TAGS}),
        (_("Facts"), {"fields": FACTS}),
    )
    readonly_fields = ("picture", "sound", *FACTS)
    inlines = (RenditionInline,)
    actions = ("ingest_again",)

    class Media:
        css = {"all": ("css/library_admin.css",)}

    @admin.display(description=_("cover"))
    def picture(self, track: Track) -> SafeString | str:
        url = cover_url(track, 256)
        return format_html('<img class="library-cover" src="{}" alt="" loading="lazy">', url) if url else "–"

    @admin.display(description=_("sound"))
    def sound(self, track: Track) -> str:
        context = {"track": track, "waveform": waveform(track)}
        return render_to_string("admin/library/track/_sound.html", context) if track.package else "–"

    @admin.display(description=_("length"), ordering="total_samples")
    def length(self, track: Track) -> str:
        return as_duration(track.duration_s) if track.total_samples else "–"

    @admin.display(description=_("status"), ordering="status")
    def state(self, track: Track) -> SafeString | str:
        """With how far the work is, or why it failed."""
        status = track.get_status_display()
        if track.status == Track.Status.FAILED:
            return format_html('<strong class="library-failed">{}</strong><br>{}', status, failure_reason(track))
        return f"{status} {track.progress:.0%}" if track.status == Track.Status.PROCESSING else status

    @admin.display(description=_("reason"))
    def reason(self, track: Track) -> str:
        return failure_reason(track) or "–"

    @admin.display(description=_("loudness"), ordering="loudness_lufs")
    def loudness(self, track: Track) -> str:
        return "–" if track.loudness_lufs is None else f"{track.loudness_lufs:.1f} LUFS"

    @admin.display(description=_("true peak"), ordering="true_peak_dbtp")
    def true_peak(self, track: Track) -> str:
        return "–" if track.true_peak_dbtp is None else f"{track.true_peak_dbtp:.1f} dBTP"

    @admin.display(description=_("file size"), ordering="original_bytes")
    def size(self, track: Track) -> str:
        return filesizeformat(track.original_bytes)

    @admin.action(description=_("Ingest the selected tracks again"), permissions=["change"])
    def ingest_again(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        count = 0
        for track in queryset:
            services.retry_ingest(track)
            count += 1
        said = ngettext("%(count)d track is being ingested again.", "%(count)d tracks are being ingested again.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A track begins as a file: many of them, with the same zone as on the library's page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **in_preparation(request),
            **upload_form(request.user),
            "opts": self.opts,
            "title": _("Upload files"),
        }
        return render(request, "admin/library/track/upload.html", context)

    def save_model(self, request: HttpRequest, obj: Track, form: Any, change: bool) -> None:
        services.edit_tags(obj, {name: form.cleaned_data[name] for name in form.changed_data})

    def delete_model(self, request: HttpRequest, obj: Track) -> None:
        services.delete_track(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        for track in queryset:
            services.delete_track(track)

    def view_on_site(self, track: Track) -> str:
        return reverse("library:track", args=[track.pk])
