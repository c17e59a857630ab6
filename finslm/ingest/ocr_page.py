"""The picture of a page -> its text and tables: turned upright, laid level, found line by line, read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from finslm.documents import Page, Table
from finslm.ingest.ocr_lines import find_lines, straightened
from finslm.ingest.ocr_pictures import PagePicture
from finslm.ingest.ocr_reading import ReadLine, read_line
from finslm.ingest.ocr_text import page_of

if TYPE_CHECKING:
    from finslm.ingest.ocr_networks import Networks

LEVEL = 0.003  # a slope at which no line of A4 falls by more than a quarter of its height
STEEPEST = 0.2
MOST_LINES = 2000  # ten times a page of small print
SURE = 0.85  # print is read with 0.95 and more; upside down, with 0.5 to 0.7


@dataclass(frozen=True)
class _Read:
    """A picture of the page as it was read, its height in pixels, its lines."""

    height: int
    lines: tuple[ReadLine, ...]

    @property
    def certain(self) -> float:
        """How certain the letters are, on average over the lines; 1 where there is none to doubt."""
        return sum(line.certain for line in self.lines) / len(self.lines) if self.lines else 1.0


def read_page(page: PagePicture, networks: Networks) -> tuple[Page, list[Table]]:
    """The text of a page in reading order and its tables; an empty text where there is none to see."""
    read = _read_either_way_up(page.picture, networks)
    words = [word for line in read.lines for word in line.words]
    return page_of(page.index, words, read.height, page.points_a_pixel)


def _read_either_way_up(picture: Image.Image, networks: Networks) -> _Read:
    read = _read(picture, networks)
    if read.certain >= SURE:
        return read
    return max(read, _read(picture.transpose(Image.Transpose.ROTATE_180), networks), key=lambda each: each.certain)


def _read(picture: Image.Image, networks: Networks) -> _Read:
    """The lines of the picture, laid level, and turned by a quarter where they stand on end."""
    lines = find_lines(picture, networks)
    if lines.is_sideways:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        lines = find_lines(picture, networks)
    if LEVEL < abs(lines.slope) < STEEPEST:
        picture = straightened(picture, lines.slope)
        lines = find_lines(picture, networks)
    return _Read(picture.height, tuple(read_line(picture, box, networks) for box in lines.boxes[:MOST_LINES]))
