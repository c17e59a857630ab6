"""A picture of a page -> the boxes of its lines of text, and how crooked they are.

The network of PP-OCR paints the heart of each line (arXiv 1911.08947, differentiable binarization): what is connected
is a line, and its box is the heart's, widened by the share of it that training had shrunk it by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from finslm.ingest.ocr_networks import Networks

LONGEST_SIDE = 1280  # pixels: with more, small print is found no better, and the time grows with the square
STRIP, MARGIN = 256, 64  # rows looked at in one go, and what is seen above and below: memory grows with the strip
GRID = 32  # the network takes sides that are multiples of it
HEART, LEAST_CERTAIN = 0.3, 0.5
WIDEN = 1.6
THINNEST = 3  # pixels of the picture that is looked at


class LineBox(NamedTuple):
    """A line of text in pixels of the page's picture; down is larger."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Lines:
    """The lines of a page, in no order. `slope`: by how much they fall from left to right, as a share of the way."""

    boxes: tuple[LineBox, ...]
    slope: float

    @property
    def is_sideways(self) -> bool:
        """Whether most of what is long is higher than it is wide."""
        tall = sum(box.height for box in self.boxes if box.height > 2 * (box.right - box.left))
        return tall > sum(box.right - box.left for box in self.boxes if box.height < box.right - box.left)


class _Runs(NamedTuple):
    """The filled stretches of a picture's rows, from top to bottom: row, first and last pixel, number of the line."""

    row: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    line: NDArray[np.int64]


def find_lines(picture: Image.Image, networks: Networks) -> Lines:
    """The lines of text on `picture` (mode "L")."""
    scale = min(1.0, LONGEST_SIDE / max(picture.size))
    width, height = (max(GRID, round(side * scale / GRID) * GRID) for side in picture.size)
    small = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR), np.float32) / 127.5 - 1
    likely = np.concatenate([_strip_map(small, top, networks) for top in range(0, height, STRIP)])
    runs = _runs(likely > HEART)
    hearts, certain, slope = _hearts(runs, likely)
    sides = np.array([picture.width / width, picture.height / height] * 2)
    good = [heart for heart, sure in zip(hearts, certain, strict=True) if _is_line(heart, float(sure))]
    return Lines(tuple(LineBox(*(np.array(_widened(heart)) * sides).tolist()) for heart in good), slope)


def straightened(picture: Image.Image, slope: float) -> Image.Image:
    """`picture` turned so that what falls by `slope` lies level."""
    angle = math.degrees(math.atan(slope))
    return picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)


def _strip_map(small: NDArray[np.float32], top: int, networks: Networks) -> NDArray[np.float32]:
    """The map of the rows from `top` on, seen with a margin so that no line is cut."""
    first, last = max(0, top - MARGIN), min(len(small), top + STRIP + MARGIN)
    seen = np.broadcast_to(small[first:last], (1, 3, last - first, small.shape[1]))
    return networks.text_map(np.ascontiguousarray(seen))[top - first : top - first + STRIP]


def _runs(mask: NDArray[np.bool_]) -> _Runs:
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edges == 1)
    last = np.nonzero(edges == -1)[1] - 1
    parent = list(range(len(row)))
    rows, firsts, lasts = row.tolist(), first.tolist(), last.tolist()
    above, here = 0, 0
    while here < len(rows):  # above and here go down together, as two fingers do
        if rows[above] < rows[here] - 1 or (rows[above] == rows[here] - 1 and lasts[above] < firsts[here]):
            above += 1
        elif above < here and rows[above] == rows[here] - 1 and firsts[above] <= lasts[here]:
            parent[_root(parent, here)] = _root(parent, above)
            above, here = (above + 1, here) if lasts[above] < lasts[here] else (above, here + 1)
        else:
            here += 1
    return _Runs(row, first, last, np.array([_root(parent, number) for number in range(len(parent))], np.int64))


def _root(parent: list[int], number: int) -> int:
    while parent[number] != number:
        parent[number] = number = parent[parent[number]]
    return number


def _hearts(runs: _Runs, likely: NDArray[np.float32]) -> tuple[list[LineBox], NDArray[np.float64], float]:
    """The box of each connected piece, how certain it is on average, and the slope of the long ones."""
    if not len(runs.row):
        return [], np.zeros(0), 0.0
    _, line = np.unique(runs.line, return_inverse=True)
    count = int(line.max()) + 1
    length = runs.last - runs.first + 1
    left, top = np.full(count, np.inf), np.full(count, np.inf)
    right, bottom = np.zeros(count), np.zeros(count)
    np.minimum.at(left, line, runs.first)
    np.minimum.at(top, line, runs.row)
    np.maximum.at(right, line, runs.last + 1)
    np.maximum.at(bottom, line, runs.row + 1)
    sums = np.pad(np.cumsum(likely, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    mass = np.bincount(line, sums[runs.row, runs.last + 1] - sums[runs.row, runs.first], count)
    area = np.bincount(line, length, count).astype(np.float64)
    boxes = [LineBox(*box) for box in np.stack((left, top, right, bottom), 1).tolist()]
    return boxes, mass / area, _slope(runs, line, length, area)


def _slope(runs: _Runs, line: NDArray[np.int64], length: NDArray[np.int64], area: NDArray[np.float64]) -> float:
    """The median slope of the long lines, each by least squares over its pixels."""
    across = (runs.first + runs.last) / 2
    mean_x, mean_y = (np.bincount(line, length * value, len(area)) / area for value in (across, runs.row))
    apart_x, apart_y = across - mean_x[line], runs.row - mean_y[line]
    spread = np.bincount(line, length * (apart_x**2 + (length**2 - 1) / 12), len(area)) / area
    slopes = np.bincount(line, length * apart_x * apart_y, len(area)) / area / np.maximum(spread, 1e-9)
    long = spread > 60**2 / 12
    return float(np.median(slopes[long])) if long.any() else 0.0


def _is_line(heart: LineBox, certain: float) -> bool:
    return certain >= LEAST_CERTAIN and min(heart.height, heart.right - heart.left) >= THINNEST


def _widened(heart: LineBox) -> LineBox:
    width, height = heart.right - heart.left, heart.height
    more = WIDEN * width * height / (2 * (width + height))
    return LineBox(heart.left - more, heart.top - more, heart.right + more, heart.bottom + more)
