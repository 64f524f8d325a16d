"""The site's settings with passwords that are checked at once: the real check takes a third of a second on purpose, and
of hundreds of attempts only the count matters."""

from synchro.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
