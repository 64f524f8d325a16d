from django.urls import path

from rooms.web import actions, pages, parts, sync

app_name = "rooms"
urlpatterns = [
    path("", pages.home, name="home"),
    path("demo-music/", pages.demo_music, name="demo-music"),
    path("rooms/new", pages.new, name="new"),
    path("rooms/<slug:slug>/", pages.room, name="room"),
    path("rooms/<slug:slug>/search/", pages.search, name="search"),
    path("rooms/<slug:slug>/settings/", pages.room_settings, name="settings"),
    path("rooms/<slug:slug>/sync/", sync.sync, name="sync"),
    path("rooms/<slug:slug>/sync/readings", sync.readings, name="sync-readings"),
    path("rooms/<slug:slug>/sync/diagnostic.json", sync.diagnostic, name="sync-diagnostic"),
    path("rooms/<slug:slug>/destroy/", pages.destroy, name="destroy"),
    path("rooms/<slug:slug>/parts/<slug:name>/", parts.part, name="part"),
    path("rooms/<slug:slug>/queue/", actions.queue, name="queue"),
    path("rooms/<slug:slug>/transport/", actions.transport, name="transport"),
    path("rooms/<slug:slug>/join/", actions.join, name="join"),
    path("rooms/<slug:slug>/leave/", actions.leave, name="leave"),
]
