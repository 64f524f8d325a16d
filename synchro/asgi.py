"""The ASGI application: HTTP to Django, sockets to the rooms."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "synchro.settings")

import django

django.setup(set_prefix=False)  # as get_asgi_application() does, whose handler copies every body

from synchro.server.body_file import Handler  # noqa: E402

http = Handler()

from channels.routing import ProtocolTypeRouter  # noqa: E402

from rooms.live.routing import sockets  # noqa: E402
from synchro import startup  # noqa: E402
from synchro.door import Door  # noqa: E402

application = Door(ProtocolTypeRouter({"http": http, "websocket": sockets}))

startup.begin()  # daphne has no lifespan events: that it loads this module is the only sign that a server starts
