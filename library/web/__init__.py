"""The library over HTTP. Thin: decode, authorise, call one service or selector, answer."""
