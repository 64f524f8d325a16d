"""`/metrics`, in Prometheus's text format: what `playback.metrics` counted, and how things stand at this moment."""

import ipaddress
import secrets
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from library.models import IngestJob, Track
from playback import clock
from playback.metrics import registry
from rooms.live.live_room import live_rooms
from rooms.models import Room
from rooms.people.presence import STATE_RANK, board

PROXY_HEADERS = ("X-Forwarded-For", "X-Real-IP", "Forwarded")
"""A request with one of these came from somewhere else, whatever its peer's address says."""


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not (is_from_this_machine(request) or has_token(request)):
        return HttpResponseForbidden("For this machine, or with SYNCHRO_METRICS_TOKEN.\n", content_type="text/plain")
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def is_from_this_machine(request: HttpRequest) -> bool:
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        peer = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    return (mapped or peer).is_loopback


def has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme.lower() == "bearer" and secrets.compare_digest(token.encode(), wanted.encode())


class Standing(Collector):
    """Gauges that are read when somebody asks, since nothing else needs them."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # else registering asks for the figures, before there is a database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        sizes, states = live_rooms.sizes(), board.count_by_state()
        yield GaugeMetricFamily("synchro_rooms", "Rooms of the site.", value=Room.objects.count())
        yield GaugeMetricFamily("synchro_live_rooms", "Rooms that somebody has open here.", value=len(sizes))
        yield GaugeMetricFamily("synchro_sockets", "Open sockets here.", value=sum(sizes))
        yield _gauges("synchro_listeners", "Devices of people who have joined, by what they hear.", "state", {
            state: states[state] for state in STATE_RANK
        })  # fmt: skip
        tracks = dict(Track.objects.order_by().values_list("status").annotate(Count("pk")))
        yield _gauges("synchro_tracks", "Tracks in the library.", "status", {
            status: tracks.get(status, 0) for status in Track.Status.values
        })  # fmt: skip
        running = Q(lease_until_us__gt=clock.now_us())
        jobs = IngestJob.objects.aggregate(waiting=Count("pk", filter=~running), running=Count("pk", filter=running))
        yield _gauges("synchro_ingest_jobs", "Tracks in the making.", "state", jobs)


def _gauges(name: str, meaning: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


registry.register(Standing())
ProcessCollector(registry=registry)  # its memory, its processor time, its open files
