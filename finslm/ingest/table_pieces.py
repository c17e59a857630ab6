"""The words of one line -> its pieces: figures that stand alone, and runs of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finslm.ingest.pdf_words import Word

FIGURE = re.compile(
    r"[-–−+~(]{0,2}[$€£¥]?[-–−(]{0,2}(?:\d{1,3}(?:,\d{3})+|\d+)?(?:(?<=\d)\.\d*|\.\d+|(?<=\d))\)?[%x]?\)?"
    r"|\(?[$€£¥]?[—–−-]{1,3}\)?%?\)?|\*{1,2}|[Nn]/?[AaMm]|[Nn]one|[Nn]il|N\.M\.|n\.m\."
)
LONGEST = 30  # characters of a figure
MAY_BEGIN_FIGURE = frozenset("0123456789$€£¥(.-–—−+~*NnURCA")
LEADS = frozenset({"$", "($", "$(", "(", "€", "£", "¥", "US$", "R$", "C$", "A$"})
TRAILS = frozenset({")", "%", ")%", "%)", "pts", "bps", "x"})
DASHES = frozenset({"-", "–", "—", "to"})

# In heights of the line. A space is about a quarter of it, in justified text up to a half.
GAP = 0.6
NARROW_GAP = 0.42
CLOSE = 0.5
RAISED = 0.78  # a word lower than this share of its line is the mark of a note


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of one line: a figure with space, or other figures, on both sides; or text."""

    words: tuple[Word, ...]
    left: float
    right: float
    is_figure: bool = False

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def core(self) -> tuple[float, float]:
        """From where to where it reaches; a number without signs that stand apart from it."""
        if not self.is_figure:
            return self.left, self.right
        number = [word for word in self.words if word.text not in LEADS and word.text not in TRAILS]
        return number[0].left, number[-1].right

    @property
    def text(self) -> str:
        """The words in one line, with a space wherever the page's text has one: none after a hyphen at a line end."""
        text = self.words[0].text
        for before, word in zip(self.words, self.words[1:], strict=False):
            text += (" " if before.end < word.start else "") + word.text
        return text


def pieces_of(words: Sequence[Word], height: float) -> tuple[Piece, ...]:
    """The pieces of a line of the given height, from left to right."""
    pieces: list[Piece] = []
    for run in _runs(words, height):
        may_be = run[0].text[0] in MAY_BEGIN_FIGURE and run[0].height >= RAISED * height
        figures = _figures(run, height) if may_be else None
        pieces += [_piece(part, is_figure=True) for part in figures] if figures else [_piece(run)]
    return tuple(pieces)


def narrowly(piece: Piece, height: float) -> Iterator[Piece]:
    """The parts of a piece of a heading, apart wherever there is a little more than a space between words."""
    first = 0
    for at in range(1, len(piece.words) + 1):
        ends = at == len(piece.words)
        if ends or (not piece.is_figure and _gap(piece.words[at - 1], piece.words[at]) > NARROW_GAP * height):
            yield _piece(piece.words[first:at], is_figure=piece.is_figure)
            first = at


def _piece(words: Sequence[Word], *, is_figure: bool = False) -> Piece:
    right = words[-1].right if len(words) == 1 else max(word.right for word in words)
    return Piece(tuple(words), words[0].left, right, is_figure)


def _gap(word: Word, after: Word) -> float:
    return after.left - word.right


def _runs(words: Sequence[Word], height: float) -> Iterator[list[Word]]:
    """The words in runs with space between; a sign stays with its number, the mark of a note behind one is left out."""
    run: list[Word] = []
    for word in words:
        last = run[-1] if run else None
        if last is None:
            run.append(word)
        elif word.height < RAISED * height and not last.text[-1].isalpha():
            continue
        elif _gap(last, word) > GAP * height and not _is_sign(last, word):
            yield run
            run = [word]
        else:
            run.append(word)
    if run:
        yield run


def _is_sign(word: Word, after: Word) -> bool:
    """Whether one of the two is a sign of the other, which may stand far from its number."""
    return _follows(word, after) and (
        (word.text in LEADS and FIGURE.fullmatch(after.text) is not None)
        or (after.text in TRAILS and FIGURE.fullmatch(word.text) is not None)
    )


def _follows(word: Word, after: Word) -> bool:
    """Whether only space stands between two words in the page's text: two characters of it at most."""
    return 0 <= after.start - word.end <= 2


def _figures(run: list[Word], height: float) -> list[list[Word]] | None:
    """The figures of a run that holds nothing else, with their signs; or None."""
    figures = []
    at = 0
    while at < len(run):
        end = _range_end(run, at, height)
        if not end:
            return None
        figures.append(run[at:end])
        at = end
    return figures


def _range_end(run: list[Word], at: int, height: float) -> int:
    """Where the figure that begins at word `at` ends, or the range of two figures with a dash between, or 0."""
    end = _figure_end(run, at)
    if not end or end + 1 >= len(run) or run[end].text not in DASHES:
        return end
    is_close = max(_gap(run[end - 1], run[end]), _gap(run[end], run[end + 1])) < CLOSE * height
    return (_figure_end(run, end + 1) or end) if is_close and _follows(run[end - 1], run[end]) else end


def _figure_end(run: list[Word], at: int) -> int:
    """Where the figure that begins at word `at` ends, or 0."""
    number = at + (run[at].text in LEADS)
    if number == len(run) or len(run[number].text) > LONGEST or not FIGURE.fullmatch(run[number].text):
        return 0
    end = number + 1
    while end < len(run) and run[end].text in TRAILS and _follows(run[end - 1], run[end]):
        end += 1
    return end
