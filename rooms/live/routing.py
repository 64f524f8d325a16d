"""Socket addresses."""

from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

from rooms.live.clock_lane import ClockLane
from rooms.live.consumer import RoomConsumer

# Django's path() is typed for views; Channels routes ASGI applications by it
sockets = URLRouter([path(f"{settings.PATH[1:]}ws/rooms/<slug:slug>/", ClockLane(RoomConsumer.as_asgi()))])  # type: ignore[arg-type]
