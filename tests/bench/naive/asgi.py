"""A room by the tutorial. It keeps nothing and asks no database, so it does less than a real room has to."""

import os
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "synchro.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402


class TutorialConsumer(AsyncJsonWebsocketConsumer):
    """Answers pings, and passes a listener's `change` on to the whole room."""

    async def connect(self) -> None:
        self.group = f"room.{self.scope['url_route']['kwargs']['slug']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        if content["type"] == "clock.ping":
            t1_us = time.monotonic_ns() // 1000
            t2_us = time.monotonic_ns() // 1000
            await self.send_json({"type": "clock.pong", "t0": content["t0"], "t1_us": t1_us, "t2_us": t2_us})
        else:
            await self.channel_layer.group_send(self.group, {"type": "room.change", "state": content["state"]})

    async def room_change(self, event: dict[str, Any]) -> None:
        await self.send_json(event["state"])


application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AuthMiddlewareStack(URLRouter([path("ws/rooms/<slug:slug>/", TutorialConsumer.as_asgi())])),
    }
)
