"""Addresses of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog

from synchro import health, metrics
from synchro.api import api
from synchro.api_docs import asyncapi

_site: list[URLPattern | URLResolver] = [
    path("", include("rooms.web.urls")),
    path("library/", include("library.web.urls")),
    path("accounts/", include("synchro.accounts.urls")),
    # one page asks for the old password, and counts the wrong ones
    path("admin/password_change/", RedirectView.as_view(pattern_name="accounts:password")),
    path("admin/", admin.site.urls),
    path("api/v1/asyncapi.json", asyncapi, name="asyncapi"),
    path("api/v1/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("i18n/catalog.js", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
]
urlpatterns = [path(settings.PATH.removeprefix("/"), include(_site))]

admin.site.site_url = settings.PATH

handler400 = "synchro.origins.answers.bad_request"
handler500 = "synchro.outages.server_error"
