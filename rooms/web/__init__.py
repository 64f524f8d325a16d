"""The rooms' pages, and what their buttons do. Thin: identify, call one service or selector, answer."""
