"""What the Synchro Demo Ensemble plays: pieces as data, and what turns them into notes.

A bar's chord is a degree of the piece's scale (0 is its root). Patterns are strings of steps that fill one bar:
`X` loud, `x` normal, `o` soft, anything else a rest.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from library.demo.instruments import Instrument, bass, bell, click, hat, kick, lead, pad, pluck, shaker, snare

ARTIST = "Synchro Demo Ensemble"
ALBUM = "Same Instant"

MAJOR = (0, 2, 4, 5, 7, 9, 11)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
MINOR = (0, 2, 3, 5, 7, 8, 10)

_LOUDNESS = {"X": 1.0, "x": 0.7, "o": 0.4}


@dataclass(frozen=True, slots=True)
class Note:
    start_s: float
    pitch: float
    duration_s: float
    loudness: float


@dataclass(frozen=True, slots=True)
class Part:
    """One instrument. `role` says how its notes come from the chords; `pattern` when they are struck.

    It is silent before bar `enters`, and in the bars `rests`. `pan` from -1, left, to 1. `wet` is its share of reverb.
    """

    instrument: Instrument
    role: str  # drum, bass, arpeggio, chords, melody
    pattern: str
    gain_db: float
    octave: int = 0
    enters: int = 0
    rests: tuple[int, ...] = ()
    pan: float = 0.0
    wet: float = 0.15
    length_s: float = 1.2


@dataclass(frozen=True, slots=True)
class Piece:
    number: int
    title: str
    genre: str
    tempo_bpm: float
    beats_per_bar: int
    bars: int
    root: int  # as a MIDI pitch
    scale: tuple[int, ...]
    chords: tuple[int, ...]  # one a bar, repeated
    parts: tuple[Part, ...]
    swing: float = 0.0  # how much later every second step falls, of a step
    colours: tuple[str, ...] = field(default=())  # of its cover

    @property
    def bar_s(self) -> float:
        return self.beats_per_bar * 60 / self.tempo_bpm

    @property
    def duration_s(self) -> float:
        """With the last notes' ringing."""
        return self.bars * self.bar_s + 3.0

    def pitch(self, degree: int, octave: int = 0) -> int:
        octaves, step = divmod(degree, len(self.scale))
        return self.root + self.scale[step] + 12 * (octaves + octave)

    def chord_root(self, bar: int) -> int:
        """The last bar comes home."""
        return 0 if bar == self.bars - 1 else self.chords[bar % len(self.chords)]

    def chord(self, bar: int) -> tuple[int, int, int]:
        """Degrees of the bar's triad, upper chords an octave lower: the hand stays where it is."""
        root = self.chord_root(bar)
        degree = root - len(self.scale) if root > 3 else root
        return degree, degree + 2, degree + 4


def notes(piece: Piece, part: Part) -> Iterator[Note]:
    """The part's notes in order of time. Deterministic: the same piece is the same music every time."""
    chance = random.Random(f"{piece.title}/{part.role}/{part.octave}")
    motif = _motif(chance, part.pattern)
    step_s = piece.bar_s / len(part.pattern)
    for bar in range(part.enters, piece.bars):
        if bar in part.rests:
            continue
        struck = 0
        for step, mark in enumerate(part.pattern):
            if mark not in _LOUDNESS:
                continue
            if struck and bar == piece.bars - 1:
                break  # everybody ends on the last bar's first beat
            late_s = piece.swing * step_s if step % 2 else 0.0
            start_s = bar * piece.bar_s + step * step_s + late_s
            loudness = _LOUDNESS[mark] * chance.uniform(0.88, 1.0)
            for pitch in _pitches(piece, part, bar, struck, motif):
                yield Note(start_s, pitch, part.length_s, loudness)
                start_s += 0.012 if part.role == "chords" and part.instrument is pluck else 0.0  # strummed
            struck += 1


def _pitches(piece: Piece, part: Part, bar: int, struck: int, motif: list[int]) -> list[int]:
    chord = piece.chord(bar)
    match part.role:
        case "drum":
            return [60]
        case "bass":
            return [piece.pitch(piece.chord_root(bar) + (0, 0, 4, 0, 2, 4)[struck % 6], part.octave)]
        case "arpeggio":
            up_and_down = (*chord, chord[0] + 7, chord[2], chord[1])
            return [piece.pitch(up_and_down[(struck + bar) % 6], part.octave)]
        case "chords":
            return [piece.pitch(degree, part.octave) for degree in chord]
        case "melody":
            phrase = bar % 4
            if phrase == 3 and struck >= len(motif) // 2:  # the fourth bar comes to rest
                return [piece.pitch(chord[0] + 7, part.octave)] if struck == len(motif) // 2 else []
            return [piece.pitch(chord[0] + motif[(struck + phrase // 2) % len(motif)], part.octave)]
        case role:
            raise ValueError(role)


def _motif(chance: random.Random, pattern: str) -> list[int]:
    """Steps above the chord's root: chord tones on the beat, neighbours between, nothing that leaps far."""
    at, motif = chance.choice((2, 4)), []
    for struck in range(max(1, sum(mark in _LOUDNESS for mark in pattern))):
        motif.append(at)
        at = min(9, max(0, at + chance.choice((-2, 2, 2, -2, 0) if struck % 2 else (-1, 1, 2))))
    motif[0] = chance.choice((0, 2, 4))
    return motif


PIECES = (
    Piece(
        1, "Morning Tide", "Folk", 92, 4, 36, 50, MAJOR, (0, 4, 5, 3, 0, 4, 3, 3),
        (
            Part(pluck, "arpeggio", "xoxoxoxoxoxoxoxo", -4, octave=1, pan=-0.45, wet=0.25, length_s=1.6),
            Part(pluck, "chords", "x-------x---o---", -9, octave=0, enters=4, pan=0.5, length_s=2.2),
            Part(bass, "bass", "X-----x-X-----o-", -3, octave=-1, enters=4, wet=0.03, length_s=0.6),
            Part(pad, "chords", "x", -15, octave=1, enters=8, wet=0.5, length_s=3.4),
            Part(bell, "melody", "x--x--x-x---x---", -9, octave=2, enters=12, rests=(20, 21, 22, 23), pan=0.2,
                 wet=0.35),
            Part(kick, "drum", "X-----x-X-------", -4, enters=8, wet=0.02),
            Part(click, "drum", "----x-------x--o", -13, enters=8, pan=-0.2, wet=0.2),
            Part(shaker, "drum", "o-x-o-x-o-x-o-xo", -23, enters=12, pan=0.35, length_s=0.07),
        ),
        colours=("#0b3954", "#087e8b", "#bfd7ea", "#ffd6a5", "#ff9f68"),
    ),
    Piece(
        2, "Neon Rain", "Electronic", 118, 4, 48, 45, MINOR, (0, 0, 5, 5, 2, 2, 6, 6),
        (
            Part(kick, "drum", "X---X---X---X---", -3, enters=4, rests=(24, 25, 26, 27), wet=0.02),
            Part(snare, "drum", "----X-------X---", -10, enters=8, rests=(24, 25, 26, 27), wet=0.2),
            Part(hat, "drum", "o-x-o-x-o-x-o-xo", -14, enters=4, pan=0.25, wet=0.05, length_s=0.07),
            Part(hat, "drum", "--x---x---x---x-", -17, enters=16, pan=-0.3, wet=0.1, length_s=0.3),
            Part(bass, "bass", "X-xx-xX-X-xx-xXo", -5, octave=-1, enters=8, wet=0.03, length_s=0.22),
            Part(pad, "chords", "x", -14, octave=1, wet=0.5, length_s=2.6),
            Part(bell, "arpeggio", "x--x--x-x--x--x-", -8, octave=2, pan=-0.4, wet=0.4, length_s=0.9),
            Part(lead, "melody", "X---x-x-x-----x-", -13, octave=2, enters=16, rests=(24, 25, 26, 27), pan=0.15,
                 wet=0.35, length_s=0.42),
        ),
        colours=("#12002e", "#3c0d6b", "#b5179e", "#f72585", "#4cc9f0"),
    ),
    Piece(
        3, "Paper Lanterns", "Chamber", 132, 3, 52, 55, MAJOR, (0, 5, 3, 4, 0, 2, 3, 4),
        (
            Part(pluck, "melody", "X-xx-x", -3, octave=1, enters=4, rests=(28, 29, 30, 31), pan=-0.15, wet=0.3,
                 length_s=1.3),
            Part(pluck, "chords", "--x-x-", -11, octave=0, pan=0.45, wet=0.2, length_s=1.0),
            Part(bass, "bass", "X-----", -5, octave=-2, wet=0.05, length_s=1.1),
            Part(bell, "arpeggio", "oxoxox", -13, octave=2, enters=12, pan=-0.5, wet=0.45, length_s=0.8),
            Part(pad, "chords", "x", -18, octave=1, enters=20, wet=0.6, length_s=1.8),
            Part(click, "drum", "X-o-o-", -14, enters=12, rests=(28, 29, 30, 31), pan=0.3, wet=0.25),
        ),
        colours=("#2b1a12", "#7f2c1d", "#d8572a", "#f7b538", "#fff1d0"),
    ),
    Piece(
        4, "Night Train Home", "Jazz", 100, 4, 44, 40, DORIAN, (0, 0, 3, 3, 0, 0, 4, 3),
        (
            Part(bass, "bass", "X-x-X-xo", -3, octave=0, wet=0.04, length_s=0.5),
            Part(hat, "drum", "x-xox-xo", -13, enters=2, pan=0.3, wet=0.06, length_s=0.09),
            Part(kick, "drum", "X--x--o-", -5, enters=4, wet=0.02),
            Part(snare, "drum", "--X---X-", -9, enters=4, pan=-0.1, wet=0.18),
            Part(pluck, "chords", "-x--x--x", -9, octave=1, enters=8, pan=-0.5, wet=0.15, length_s=0.7),
            Part(lead, "melody", "x-xx-x-x", -12, octave=2, enters=12, rests=(28, 29, 30, 31), pan=0.25, wet=0.3,
                 length_s=0.38),
            Part(pluck, "arpeggio", "xxxxxxxx", -10, octave=2, enters=28, pan=0.55, wet=0.3, length_s=0.8),
            Part(pad, "chords", "x", -17, octave=1, enters=20, wet=0.5, length_s=3.0),
        ),
        swing=0.3,
        colours=("#0d1321", "#1d2d44", "#3e5c76", "#f0ebd8", "#e3b23c"),
    ),
)  # fmt: skip
