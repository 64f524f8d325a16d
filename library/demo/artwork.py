"""Covers for the demo music: hills, rain, lanterns and a railway line, drawn from each piece's own colours and seed."""

import io
import math
import random

from PIL import Image, ImageDraw, ImageFilter

from library.demo.score import Piece

_SIZE_PX = 1000
_SCALE = 2  # drawn twice as large: smooth edges


def draw(piece: Piece) -> bytes:
    """A square PNG."""
    side = _SIZE_PX * _SCALE
    chance = random.Random(piece.title)
    image = _sky(side, piece.colours[0], piece.colours[1])
    scene = (_tide, _rain, _lanterns, _railway)[piece.number - 1]
    scene(image, chance, piece.colours)
    output = io.BytesIO()
    image.resize((_SIZE_PX, _SIZE_PX), Image.Resampling.LANCZOS).save(output, "PNG", optimize=True)
    return output.getvalue()


def _sky(side: int, top: str, bottom: str) -> Image.Image:
    column = Image.new("RGB", (1, 2))
    column.putpixel((0, 0), _rgb(top))
    column.putpixel((0, 1), _rgb(bottom))
    return column.resize((side, side), Image.Resampling.BICUBIC)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _glow(image: Image.Image, x: float, y: float, radius: float, colour: str, strength: float) -> None:
    """A soft light: a blurred disc, added by its own mask."""
    size = int(radius * 6)
    mask = Image.new("L", (size, size), 0)
    ImageDraw.Draw(mask).ellipse((size / 3, size / 3, size * 2 / 3, size * 2 / 3), fill=int(255 * strength))
    mask = mask.filter(ImageFilter.GaussianBlur(radius / 1.6))
    image.paste(Image.new("RGB", (size, size), colour), (int(x - size / 2), int(y - size / 2)), mask)


def _wave(side: int, level: float, height: float, waves: float, phase: float) -> list[tuple[float, float]]:
    """The outline of everything below a wavy line."""
    line = [
        (
            x,
            level
            + height * (math.sin(waves * math.tau * x / side + phase) + 0.4 * math.sin(2.7 * waves * x / side * 6)),
        )
        for x in range(0, side + 1, 8)
    ]
    return [(0.0, float(side)), *line, (float(side), float(side))]


def _tide(image: Image.Image, chance: random.Random, colours: tuple[str, ...]) -> None:
    side = image.width
    _glow(image, side * 0.62, side * 0.42, side * 0.17, colours[3], 0.95)
    pen = ImageDraw.Draw(image)
    pen.ellipse([side * 0.51, side * 0.31, side * 0.73, side * 0.53], fill=colours[4])
    for layer in range(7):
        share = layer / 6
        colour = Image.blend(
            Image.new("RGB", (1, 1), colours[2]), Image.new("RGB", (1, 1), colours[0]), 0.25 + 0.75 * share
        ).getpixel((0, 0))
        outline = _wave(side, side * (0.5 + 0.075 * layer), side * 0.018, 1.2 + 0.5 * layer, chance.uniform(0, 6))
        pen.polygon(outline, fill=colour)


def _rain(image: Image.Image, chance: random.Random, colours: tuple[str, ...]) -> None:
    side = image.width
    for _ in range(16):
        x, y = chance.uniform(0, side), chance.uniform(side * 0.35, side * 0.8)
        _glow(image, x, y, side * chance.uniform(0.02, 0.07), chance.choice(colours[2:]), chance.uniform(0.4, 0.9))
    pen = ImageDraw.Draw(image)
    x = 0.0
    while x < side:  # houses, dark, some windows lit
        width, top = side * chance.uniform(0.05, 0.12), side * chance.uniform(0.5, 0.82)
        pen.rectangle((x, top, x + width, side), fill=colours[0])
        for row in range(int((side - top) / (side * 0.035))):
            for column in range(3):
                if chance.random() < 0.3:
                    left, up = x + width * (0.15 + 0.28 * column), top + side * (0.015 + 0.035 * row)
                    pen.rectangle((left, up, left + width * 0.14, up + side * 0.016), fill=chance.choice(colours[2:]))
        x += width + side * 0.004
    for _ in range(260):
        x, y, length = chance.uniform(0, side), chance.uniform(0, side), side * chance.uniform(0.01, 0.05)
        pen.line((x, y, x - length * 0.25, y + length), fill=colours[4], width=_SCALE)


def _lanterns(image: Image.Image, chance: random.Random, colours: tuple[str, ...]) -> None:
    side = image.width
    places = sorted((chance.uniform(0.25, 1), chance.uniform(0.05, 0.95), chance.uniform(0.08, 0.9)) for _ in range(22))
    for near, across, down in places:
        x, y, size = across * side, down * side, near * side * 0.055
        _glow(image, x, y, size * 1.6, colours[3], 0.55 * near)
        pen = ImageDraw.Draw(image)
        pen.rounded_rectangle((x - size, y - size * 1.3, x + size, y + size * 1.3), size * 0.6, fill=colours[2])
        pen.ellipse((x - size * 0.6, y - size * 0.5, x + size * 0.6, y + size), fill=colours[3])
        pen.ellipse((x - size * 0.28, y, x + size * 0.28, y + size * 0.8), fill=colours[4])
        for bar in (-1.3, 1.18):
            pen.rectangle((x - size * 0.5, y + size * bar, x + size * 0.5, y + size * (bar + 0.14)), fill=colours[0])


def _railway(image: Image.Image, chance: random.Random, colours: tuple[str, ...]) -> None:
    side = image.width
    pen = ImageDraw.Draw(image)
    for _ in range(140):
        x, y, size = chance.uniform(0, side), chance.uniform(0, side * 0.55), chance.uniform(1, 3.5) * _SCALE / 2
        pen.ellipse((x - size, y - size, x + size, y + size), fill=colours[3])
    _glow(image, side * 0.76, side * 0.2, side * 0.07, colours[3], 0.9)
    pen.polygon(_wave(side, side * 0.58, side * 0.04, 1.4, 2.0), fill=colours[1])
    pen.polygon(_wave(side, side * 0.66, side * 0.03, 2.1, 0.5), fill=colours[0])
    top, length = side * 0.7, side * 0.19
    for wagon in range(4):  # lit windows, going home
        left = side * 0.08 + wagon * (length + side * 0.015)
        pen.rounded_rectangle((left, top, left + length, top + side * 0.09), side * 0.012, fill=colours[2])
        for window in range(5):
            x = left + length * (0.08 + 0.185 * window)
            pen.rectangle((x, top + side * 0.018, x + length * 0.12, top + side * 0.05), fill=colours[4])
    pen.line((0, side * 0.805, side, side * 0.805), fill=colours[3], width=2 * _SCALE)
    for sleeper in range(60):
        x = sleeper * side / 58
        pen.line((x, side * 0.81, x - side * 0.01, side * 0.83), fill=colours[2], width=2 * _SCALE)
