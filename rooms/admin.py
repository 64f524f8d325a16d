"""Rooms and what was played, for the site's administrators."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from playback import clock
from playback.protocol import RoomDestroy, RoomSettings, TransportVolume
from rooms.commands import carry_out
from rooms.identity import of_user
from rooms.models import HistoryEntry, Member, Room


class MemberInline(admin.TabularInline):
    model = Member
    fields = ["nickname", "user", "role", "joined_at"]
    readonly_fields = ["joined_at"]
    extra = 0


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    """The timeline itself is not edited here: the room's own page does that, by commands."""

    list_display = ["name", "slug", "visibility", "control", "status", "queued", "created_at"]
    list_filter = ["visibility", "control", "status", "created_at"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "visibility", "control", "volume", "status", "created_at"]
    readonly_fields = ["slug", "status", "created_at"]
    inlines = [MemberInline]

    @admin.display(description=_("queue"))
    def queued(self, room: Room) -> int:
        return room.entries.filter(removed_revision=None).count()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a room needs a host: it is opened on the site

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        identity, now_us = of_user(request.user), clock.now_us()
        changes = {name: getattr(obj, name) for name in ("name", "control", "visibility") if name in form.changed_data}
        if changes:
            carry_out(obj.pk, RoomSettings("", **changes), identity=identity, now_us=now_us)
        if "volume" in form.changed_data:
            carry_out(obj.pk, TransportVolume("", obj.volume), identity=identity, now_us=now_us)

    def delete_model(self, request: HttpRequest, obj: Room) -> None:
        carry_out(obj.pk, RoomDestroy(""), identity=of_user(request.user), now_us=clock.now_us())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for room in queryset:
            self.delete_model(request, room)


@admin.register(HistoryEntry)
class HistoryAdmin(admin.ModelAdmin):
    list_display = ["title", "artist", "room", "added_by", "started_at"]
    list_filter = ["room"]
    search_fields = ["title", "artist", "added_by"]
    list_select_related = ["room"]

    @admin.display(description=_("started"), ordering="started_us")
    def started_at(self, entry: HistoryEntry) -> datetime:
        return datetime.fromtimestamp(entry.started_us / 1e6, UTC)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: HistoryEntry | None = None) -> bool:
        return False
