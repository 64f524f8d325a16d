"""What a room's buttons do. Each button says what it wants in one field, `do`, so that it works without a script:
`remove 41`, `next 7`, `move 41 38`. Whoever may not is refused by the service."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playback import clock
from playback.commands import Command, Jump, Next, Pause, Play, Previous, RefusalCode, SetRepeat, Stop
from playback.timeline import Repeat
from rooms import selectors, services
from rooms.errors import RoomError
from rooms.forms import NicknameForm
from rooms.identity import Identity, identify, remember
from rooms.views.answers import HtmxRequest, done, refused


class UnknownAction(ValueError):
    """`do` is none of the words that the pages send."""


@require_POST
def queue(request: HtmxRequest, slug: str) -> HttpResponse:
    """`add T`, `next T`, `now T` for a track; `play E`, `up E`, `down E`, `move E E|end`, `remove E` for an entry;
    `clear`; `restore REVISION`."""
    identity, now_us = identify(request), clock.now_us()
    try:
        said, undo_revision = _change_queue(slug, request.POST.get("do", "").split(), identity, now_us)
    except RoomError as error:
        return refused(request, slug, error)
    except ValueError:
        return HttpResponseBadRequest()
    return done(request, slug, said, undo_revision)


def _change_queue(slug: str, words: list[str], identity: Identity, now_us: int) -> tuple[str, int | None]:
    """What to say about it, and the revision by which it can be undone. Raises RoomError, ValueError."""
    match words:
        case ["add", track]:
            services.queue_add(slug, identity=identity, track_ids=[int(track)], now_us=now_us, place="end")
            return _("Added to the queue."), None
        case ["next", track]:
            services.queue_add(slug, identity=identity, track_ids=[int(track)], now_us=now_us, place="next")
            return _("Plays next."), None
        case ["now", track]:
            services.queue_add(slug, identity=identity, track_ids=[int(track)], now_us=now_us, place="now")
        case ["play", entry]:
            services.transport(slug, identity=identity, command=Jump(int(entry)), now_us=now_us)
        case ["up" | "down" as way, entry]:
            before = _neighbour(slug, int(entry), way)
            services.queue_move(slug, identity=identity, entry=int(entry), before=before, now_us=now_us)
        case ["move", entry, before_word]:
            goal = None if before_word == "end" else int(before_word)
            services.queue_move(slug, identity=identity, entry=int(entry), before=goal, now_us=now_us)
        case ["remove", entry]:
            revision = services.queue_remove(slug, identity=identity, entry=int(entry), now_us=now_us)
            return _("Removed from the queue."), revision
        case ["clear"]:
            return _("Queue cleared."), services.queue_clear(slug, identity=identity, now_us=now_us)
        case ["restore", revision_word]:
            services.queue_restore(slug, identity=identity, revision=int(revision_word), now_us=now_us)
            return _("Put back."), None
        case _:
            raise UnknownAction
    return "", None


def _neighbour(slug: str, entry: int, way: str) -> int | None:
    """The entry in front of which `entry` stands once it went one place `up` or `down`; None: at the end."""
    order = [row.entry for row in selectors.queue_rows(selectors.find_room(slug))]
    if entry not in order:
        raise RoomError(RefusalCode.NO_SUCH_ENTRY)
    at = order.index(entry)
    goal = max(0, at - 1) if way == "up" else at + 2
    return order[goal] if goal < len(order) else None


@require_POST
def transport(request: HtmxRequest, slug: str) -> HttpResponse:
    """The transport's buttons where no script runs; with one, they go over the socket. `play`, `pause`, `stop`,
    `next E`, `previous E REVISION`, `repeat MODE`, `shuffle on|off`."""
    identity, now_us = identify(request), clock.now_us()
    words = request.POST.get("do", "").split()
    try:
        if words[:1] == ["shuffle"]:
            services.set_shuffle(slug, identity=identity, on=words[1:] == ["on"], now_us=now_us)
        else:
            command, seen = _command(words)
            services.transport(slug, identity=identity, command=command, now_us=now_us, seen_revision=seen)
    except RoomError as error:
        return refused(request, slug, error)
    except ValueError:
        return HttpResponseBadRequest()
    return done(request, slug)


def _command(words: list[str]) -> tuple[Command, int | None]:
    """The command, and the transport revision that its sender had seen. Raises ValueError."""
    match words:
        case ["play"]:
            return Play(), None
        case ["pause"]:
            return Pause(), None
        case ["stop"]:
            return Stop(), None
        case ["next", entry]:
            return Next(int(entry)), None
        case ["previous", entry, revision]:
            return Previous(int(entry)), int(revision)
        case ["repeat", mode]:
            return SetRepeat(Repeat(mode)), None
    raise UnknownAction


@require_POST
def join(request: HtmxRequest, slug: str) -> HttpResponse:
    """Become a listener where no script runs: one may then use the queue and the buttons, but hears nothing here."""
    form = NicknameForm(request.POST)
    nickname = form.cleaned_data["nickname"] if form.is_valid() else ""
    try:
        services.join(slug, identity=identify(request), nickname=nickname)
    except RoomError as error:
        return refused(request, slug, error)
    response = done(request, slug)
    remember(request, response)
    return response


@require_POST
def leave(request: HtmxRequest, slug: str) -> HttpResponse:
    try:
        services.leave(slug, identity=identify(request))
    except RoomError as error:
        return refused(request, slug, error)
    return done(request, slug)
