"""Somebody at a served site without a browser: fills in its forms over HTTP, from an address of their own."""

from typing import Self

import httpx

from tests.serving import Site


class Visitor:
    """`address` is any of 127.0.0.0/8: the site sees it as the client's. Cookies are kept, as a browser does."""

    def __init__(self, site: Site, address: str = "127.0.0.1") -> None:
        transport = httpx.HTTPTransport(local_address=address)
        self.http = httpx.Client(base_url=site.url, transport=transport, trust_env=False, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def fill_in(self, path: str, **fields: str) -> httpx.Response:
        """Send the form of this page; redirects are not followed."""
        if "csrftoken" not in self.http.cookies:
            assert self.http.get(path).status_code == 200
        token = self.http.cookies["csrftoken"]
        return self.http.post(path, data=fields | {"csrfmiddlewaretoken": token}, headers={"Accept": "text/html"})

    def log_in(self, username: str, password: str) -> httpx.Response:
        return self.fill_in("/accounts/sign-in/", username=username, password=password)
