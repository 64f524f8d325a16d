"""How often something may be done, and how "too often" is told."""
