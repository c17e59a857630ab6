"""Boxes on a page, and the matrices that put one drawing into another (ISO 32000-1, 8.3)."""

from __future__ import annotations

import math

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points
Matrix = tuple[float, float, float, float, float, float]
UNCHANGED: Matrix = (1, 0, 0, 1, 0, 0)


def times(inner: Matrix, outer: Matrix) -> Matrix:
    """First `inner`, then `outer`."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def seen_from(matrix: Matrix, box: Box) -> Box:
    """`box` of the page in the measures of a form that `matrix` puts on the page."""
    a, b, c, d, e, f = matrix
    size = a * d - b * c
    if size == 0:
        return box
    return moved(box, (d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size))


def scale_of(matrix: Matrix) -> float:
    """By how much a matrix stretches heights."""
    return math.hypot(matrix[2], matrix[3])


def moved(box: Box, matrix: Matrix) -> Box:
    """The smallest upright box around `box` after `matrix`."""
    if matrix == UNCHANGED:
        return box
    a, b, c, d, e, f = matrix
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)


def overlap(one: Box, other: Box) -> Box:
    """What two boxes have in common; its sides are in the wrong order when that is nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def area(box: Box) -> float:
    """The area of a box, 0 for one that is nothing."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
