"""Whose pages may act here, and how somebody is told that a proxy or a setting is wrong."""
