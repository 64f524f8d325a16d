"""When two account names are one."""

import unicodedata


def folded(account: str) -> str:
    """An account's name as limits count it: what people take for the same name is one."""
    return unicodedata.normalize("NFKC", account).strip().casefold()
