"""A line of a picture -> its words and where each stands, by the network that reads lines (CTC: one letter a step)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from finslm.ingest.ocr_lines import LineBox

if TYPE_CHECKING:
    from finslm.ingest.ocr_networks import Networks

HEIGHT = 48  # pixels: what the network was trained on
NARROWEST, WIDEST = 48, 3200
STEP = 8  # pixels of the network's picture that a step stands for
LEAST_CERTAIN = 0.5
# The network knows Chinese too, and at times writes a full-width form where Latin text has the plain one.
PLAIN = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x3002: "."}


@dataclass(frozen=True)
class Piece:
    """A word that was read: its text and its box in pixels of the page's picture."""

    text: str
    box: LineBox


@dataclass(frozen=True)
class ReadLine:
    """A line as it was read, and how certain its letters are on average, from 0 to 1."""

    words: tuple[Piece, ...]
    certain: float


def read_line(picture: Image.Image, box: LineBox, networks: Networks) -> ReadLine:
    """The words in `box` of `picture` (mode "L"); none where nothing is read, or hardly."""
    crop = picture.crop((math.floor(box.left), math.floor(box.top), math.ceil(box.right), math.ceil(box.bottom)))
    wide = min(WIDEST, max(1, round(crop.width * HEIGHT / crop.height)))
    seen = np.zeros((HEIGHT, max(NARROWEST, math.ceil(wide / STEP) * STEP)), np.float32)
    seen[:, :wide] = np.asarray(crop.resize((wide, HEIGHT), Image.Resampling.BILINEAR), np.float32) / 127.5 - 1
    steps = networks.letter_steps(np.ascontiguousarray(np.broadcast_to(seen, (1, 3, *seen.shape))))
    best = steps.argmax(axis=1)
    first = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
    if not len(first):
        return ReadLine((), 0.0)
    certain = float(steps[first, best[first]].mean())
    letters = [networks.letters[letter].translate(PLAIN) for letter in best[first]]
    pixels_a_step = crop.width / wide * seen.shape[1] / len(steps)
    middles = (math.floor(box.left) + (first + 0.5) * pixels_a_step).tolist()
    return ReadLine(_words(letters, middles, box) if certain >= LEAST_CERTAIN else (), certain)


def _words(letters: list[str], middles: list[float], box: LineBox) -> tuple[Piece, ...]:
    """Words between blanks, each from its first letter to its last.

    The network tells where a letter's middle is, not how wide it is: each is taken for as wide as they are on average,
    and a last one for half as much again, so that words of one line stand no further apart than print sets them.
    """
    advance = (middles[-1] - middles[0]) / max(1, len(middles) - 1)
    words, start = [], 0
    for at in range(len(letters) + 1):
        if at == len(letters) or letters[at] == " ":
            if at > start:
                left, right = middles[start] - advance / 2, middles[at - 1] + advance
                sides = LineBox(max(left, box.left), box.top, min(right, box.right), box.bottom)
                words.append(Piece("".join(letters[start:at]), sides))
            start = at + 1
    return tuple(words)
