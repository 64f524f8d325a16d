"""The socket's AsyncAPI document, beside the HTTP API's OpenAPI one."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from playback.asyncapi import document


def asyncapi(request: HttpRequest) -> JsonResponse:
    return JsonResponse(document(settings.PATH))
