"""What a supervisor and a load balancer ask: is the process alive, and can it serve?"""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from synchro.readiness import readiness


def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: database and data folder can be written; else 503 and what is out of order."""
    outage = readiness.outage()
    if outage is None:
        return JsonResponse({"status": "ready"})
    answer = {"status": "unavailable", "code": outage.value, "message": str(outage.label)}
    return JsonResponse(answer, status=HTTPStatus.SERVICE_UNAVAILABLE)
