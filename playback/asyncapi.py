"""The socket's documentation, generated from `playback.protocol`: AsyncAPI, a table for people, types for the pages."""

from typing import Any, get_args

import msgspec

from playback import limits, protocol

DIRECTIONS = (("client", "From a page", protocol.FromClient), ("server", "From the server", protocol.FromServer))


def _messages(union: Any) -> list[type[msgspec.Struct]]:
    return list(get_args(union))


def _tag(message: type[msgspec.Struct]) -> str:
    return str(message.__struct_config__.tag)


def document(path: str = "/") -> dict[str, Any]:
    """The AsyncAPI 3 document of the room socket. `path`: below which the site is."""
    everything = [m for _, _, union in DIRECTIONS for m in _messages(union)]
    schemas, components = msgspec.json.schema_components(everything, ref_template="#/components/schemas/{name}")
    names = {message: schema["$ref"].rsplit("/", 1)[1] for message, schema in zip(everything, schemas, strict=True)}

    def operation(direction: str, union: Any) -> dict[str, Any]:
        return {
            "action": "receive" if direction == "client" else "send",
            "channel": {"$ref": "#/channels/room"},
            "messages": [{"$ref": f"#/channels/room/messages/{_tag(m)}"} for m in _messages(union)],
        }

    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Synchro room socket",
            "version": str(protocol.PROTOCOL_VERSION),
            "description": (protocol.__doc__ or "").strip(),
        },
        "channels": {
            "room": {
                "address": f"{path}ws/rooms/{{slug}}/",
                "parameters": {"slug": {"description": "The room's slug, as in its page's address."}},
                "messages": {_tag(m): {"$ref": f"#/components/messages/{_tag(m)}"} for m in everything},
            }
        },
        "operations": {f"from_{name}": operation(name, union) for name, _, union in DIRECTIONS},
        "components": {
            "messages": {
                _tag(m): {"name": _tag(m), "payload": {"$ref": f"#/components/schemas/{names[m]}"}} for m in everything
            },
            "schemas": components,
        },
    }


def markdown() -> str:
    """`docs/protocol.md`."""
    lines = [
        "# The room socket",
        "",
        "Generated from `playback/protocol.py` by `manage.py protocol_docs`; do not edit. Machine-readable: "
        "`/api/v1/asyncapi.json`.",
        "",
        (protocol.__doc__ or "").strip(),
        "",
        f"Limits: a client's frame holds at most {limits.MAX_FRAME_BYTES} bytes; a connection sends at most "
        f"{limits.MAX_COMMANDS_PER_10_S} commands and {limits.MAX_PINGS_PER_10_S} pings in 10 s. Close codes: "
        f"{protocol.CLOSE_NO_ROOM} no such room (final), {protocol.CLOSE_BAD_ORIGIN} foreign host or origin (final), "
        f"{protocol.CLOSE_TOO_SLOW} what was sent was not read (come back), {protocol.CLOSE_TOO_MUCH} limits ignored, "
        f"{protocol.CLOSE_RESTARTING} the server restarts (come back).",
    ]
    for _, title, union in DIRECTIONS:
        lines += ["", f"## {title}", "", "| type | fields | meaning |", "|---|---|---|"]
        for message in _messages(union):
            fields = ", ".join(f"`{f.name}`" for f in msgspec.structs.fields(message)) or "–"
            lines.append(f"| `{_tag(message)}` | {fields} | {_meaning(message)} |")
    return "\n".join(lines) + "\n"


def _meaning(message: type[msgspec.Struct]) -> str:
    own = message.__dict__.get("__doc__") or ""
    return " ".join(own.split()).replace("|", "\\|")


def typescript() -> str:
    """`static/js/link/protocol.d.ts`: the messages as the page's modules see them."""
    _, components = msgspec.json.schema_components([protocol.FromClient, protocol.FromServer], ref_template="{name}")
    blocks = ["// Generated from playback/protocol.py by `manage.py protocol_docs`; do not edit."]
    for name, schema in sorted(components.items()):
        required = set(schema.get("required", ()))
        fields = [
            f"  {field}{'' if field in required else '?'}: {_ts_type(kind)};"
            for field, kind in schema["properties"].items()
        ]
        blocks.append("\n".join([f"export interface {name} {{", *fields, "}"]))
    for direction, _, union in DIRECTIONS:
        members = " | ".join(m.__name__ for m in _messages(union))
        blocks.append(f"export type From{direction.title()} = {members};")
    return "\n\n".join(blocks) + "\n"


_TS = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}


def _ts_type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"])
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_ts_type(option) for option in schema["anyOf"])
    if "additionalProperties" in schema:
        return f"Record<string, {_ts_type(schema['additionalProperties'])}>"
    if schema.get("type") == "array":
        return f"{_ts_type(schema['items'])}[]"
    return _TS[schema["type"]]
