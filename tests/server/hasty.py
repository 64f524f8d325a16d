"""The server with a tenth of its patience: `python -m tests.server.hasty`, as `python -m synchro.server`."""

import runpy

from synchro.server import limits

LIMITS = {
    "SOCKET_STALLED_S": 2, "HEADERS_DEADLINE_S": 2, "BODY_GRACE_S": 3, "BODY_LOOK_S": 1, "RESPONSE_STALLED_S": 3,
    "LINGER_S": 1, "DRAIN_S": 1, "SEND_AWAY_S": 0.3, "SOCKET_PING_EVERY_S": 2,
}  # fmt: skip

if __name__ == "__main__":
    for name, value in LIMITS.items():
        assert hasattr(limits, name)
        setattr(limits, name, value)
    runpy.run_module("synchro.server", run_name="__main__", alter_sys=True)
