"""The ASGI application: HTTP to Django, sockets to the rooms."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "synchro.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402

from playback.routing import sockets  # noqa: E402
from synchro import startup  # noqa: E402

application = ProtocolTypeRouter({"http": http, "websocket": sockets})

startup.begin()  # daphne has no lifespan events: that it loads this module is the only sign that a server starts
