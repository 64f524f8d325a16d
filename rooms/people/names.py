"""What people and rooms may be called."""


def visible(text: str, limit: int) -> str:
    """One line of at most `limit` characters, free of control and invisible formatting characters; perhaps empty."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:limit].strip()
