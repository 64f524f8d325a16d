"""What a room's buttons do. Each button says what it wants in one field, `do`, so that it works without a script:
`remove 41`, `next 7`, `move 41 38`. It becomes a command of `playback.protocol`; whoever may not is refused there."""

import secrets

from django.http import HttpResponse, HttpResponseBadRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playback import clock
from playback.commands import RefusalCode
from playback.protocol import CommandMessage, RoomJoin, RoomLeave, command
from rooms.commands import carry_out
from rooms.errors import RoomError
from rooms.identity import identify, remember
from rooms.rows import play_order
from rooms.selectors import find_room
from rooms.web import limits
from rooms.web.answers import HtmxRequest, done, refused
from rooms.web.forms import NicknameForm
from synchro.limits.rates import client_key


class UnknownAction(ValueError):
    """`do` is none of the words that the pages send."""


@require_POST
def queue(request: HtmxRequest, slug: str) -> HttpResponse:
    """`add T`, `next T`, `now T` for a track; `play E`, `up E`, `down E`, `move E E|end`, `remove E` for an entry;
    `clear`; `restore REVISION`."""
    words = request.POST.get("do", "").split()
    try:
        message = _queue_command(slug, words)
        revision = carry_out(slug, message, identity=identify(request), now_us=clock.now_us()).revision
    except RoomError as error:
        return refused(request, slug, error)
    except ValueError:
        return HttpResponseBadRequest()
    return done(request, slug, _said(words[0]), revision if words[0] in {"remove", "clear"} else None)


def _queue_command(slug: str, words: list[str]) -> CommandMessage:
    """Raises RoomError, ValueError."""
    match words:
        case ["add", track]:
            return _command("queue.add", tracks=[track], place="end")
        case ["next" | "now" as place, track]:
            return _command("queue.add", tracks=[track], place=place)
        case ["play", entry]:
            return _command("transport.jump", entry=entry)
        case ["up" | "down" as way, entry]:
            return _command("queue.move", entry=entry, before=_neighbour(slug, int(entry), way))
        case ["move", entry, before]:
            return _command("queue.move", entry=entry, before=None if before == "end" else before)
        case ["remove", entry]:
            return _command("queue.remove", entry=entry)
        case ["clear"]:
            return _command("queue.clear")
        case ["restore", revision]:
            return _command("queue.restore", revision=revision)
    raise UnknownAction


def _said(word: str) -> str:
    return {
        "add": _("Added to the queue."),
        "next": _("Plays next."),
        "remove": _("Removed from the queue."),
        "clear": _("Queue cleared."),
        "restore": _("Put back."),
    }.get(word, "")


def _command(kind: str, **fields: object) -> CommandMessage:
    """Raises msgspec.ValidationError, a ValueError."""
    return command(kind, {"id": secrets.token_hex(8), **fields}, from_text=True)


def _neighbour(slug: str, entry: int, way: str) -> int | None:
    """The entry in front of which `entry` stands once it went one place `up` or `down`; None: at the end."""
    order = [entry.pk for entry in play_order(find_room(slug))]
    if entry not in order:
        raise RoomError(RefusalCode.NO_SUCH_ENTRY)
    at = order.index(entry)
    goal = max(0, at - 1) if way == "up" else at + 2
    return order[goal] if goal < len(order) else None


@require_POST
def transport(request: HtmxRequest, slug: str) -> HttpResponse:
    """The transport's buttons where no script runs; with one, they go over the socket. `play`, `pause`, `stop`,
    `next E`, `previous E REVISION`, `seek E SECONDS`, `volume 0.5`, `repeat MODE`, `shuffle on|off`."""
    try:
        message = _transport_command(request.POST.get("do", "").split())
        carry_out(slug, message, identity=identify(request), now_us=clock.now_us())
    except RoomError as error:
        return refused(request, slug, error)
    except ValueError:
        return HttpResponseBadRequest()
    return done(request, slug)


def _transport_command(words: list[str]) -> CommandMessage:
    """Raises ValueError."""
    match words:
        case ["play" | "pause" | "stop" as action]:
            return _command(f"transport.{action}")
        case ["next", entry]:
            return _command("transport.next", entry=entry)
        case ["previous", entry, revision]:
            return _command("transport.previous", entry=entry, revision=revision)
        case ["seek", entry, position_s]:
            return _command("transport.seek", entry=entry, position_s=position_s)
        case ["volume", volume]:
            return _command("transport.volume", volume=volume)
        case ["repeat", mode]:
            return _command("transport.repeat", mode=mode)
        case ["shuffle", "on" | "off" as way]:
            return _command("transport.shuffle", on=way == "on")
    raise UnknownAction


@require_POST
def join(request: HtmxRequest, slug: str) -> HttpResponse:
    """Become a listener where no script runs, or none has come yet: one may then use the queue and the buttons, but
    hears nothing before another press."""
    form = NicknameForm(request.POST)
    nickname = form.cleaned_data["nickname"] if form.is_valid() else ""
    try:
        identity = identify(request)
        limits.count_join(client_key(request), slug, identity)
        carry_out(slug, RoomJoin("", nickname), identity=identity, now_us=clock.now_us())
    except RoomError as error:
        return refused(request, slug, error)
    # where no script runs there is nothing to press: the sheet for that case hides the second sentence
    said = format_html("{} <span data-with-script>{}</span>", _("You are in."), _("Press once more to hear."))
    response = done(request, slug, said)
    remember(request, response)
    return response


@require_POST
def leave(request: HtmxRequest, slug: str) -> HttpResponse:
    try:
        carry_out(slug, RoomLeave(""), identity=identify(request), now_us=clock.now_us())
    except RoomError as error:
        return refused(request, slug, error)
    return done(request, slug)
