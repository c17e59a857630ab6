"""Text of a PDF page that no person sees: found among the page's objects and taken out before the text is read.

White on white, invisible, too small, or off the page: such text is meant for machines, most often to tell an AI reader
what to say. A scanned page is the exception: its text layer is invisible over the picture that people see, and stays.

A page of a filing has thousands of text objects, and to look at each takes as long as to read the page. So a sample is
looked at first, every eighth character: no hidden run of eight characters gets by. The calls for many objects are made
by `map` in one go, with the addresses of their results, instead of in a loop.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, count, repeat
from operator import and_, eq, ge, gt, lt, sub
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from finslm.ingest.geometry import UNCHANGED, Box, Matrix, area, moved, overlap, scale_of, seen_from, times
from finslm.ingest.hidden import LEAST_WHITE

LEAST_FONT_SIZE = 2.0  # points
LEAST_LINE = 1.5 * LEAST_FONT_SIZE  # a line is higher than its font size, by up to a half
SCAN_COVERAGE = 0.5  # of the page's area under pictures
FORM_DEPTH = 8
SAMPLED_EVERY = 8  # characters
MARK_WIDTH = 1.5  # times its height: one glyph, no word
FILLED, INVISIBLE = 0, 3  # the text rendering modes of PDF that matter here
NO_TEXT = -1

Handle = int | None


def _quick(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of PDFium that takes and gives plain integers as handles: several times quicker to call."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address)  # type: ignore[arg-type]


_P = ctypes.c_void_p
_object_of_character = _quick(pdfium.FPDFText_GetTextObject, _P, _P, ctypes.c_int)
_line_of_character = _quick(pdfium.FPDFText_GetLooseCharBox, ctypes.c_int, _P, ctypes.c_int, _P)
_page_object = _quick(pdfium.FPDFPage_GetObject, _P, _P, ctypes.c_int)
_form_object = _quick(pdfium.FPDFFormObj_GetObject, _P, _P, ctypes.c_ulong)
_form_count = _quick(pdfium.FPDFFormObj_CountObjects, ctypes.c_int, _P)
_kind = _quick(pdfium.FPDFPageObj_GetType, ctypes.c_int, _P)
_mode = _quick(pdfium.FPDFTextObj_GetTextRenderMode, ctypes.c_int, _P)
_colour = _quick(pdfium.FPDFPageObj_GetFillColor, ctypes.c_int, _P, _P, _P, _P, _P)
_bounds = _quick(pdfium.FPDFPageObj_GetBounds, ctypes.c_int, _P, _P, _P, _P, _P)
_draw_mode = _quick(pdfium.FPDFPath_GetDrawMode, ctypes.c_int, _P, _P, _P)
_font_size = _quick(pdfium.FPDFTextObj_GetFontSize, ctypes.c_int, _P, _P)
_matrix = _quick(pdfium.FPDFPageObj_GetMatrix, ctypes.c_int, _P, _P)
_take_from_page = _quick(pdfium.FPDFPage_RemoveObject, ctypes.c_int, _P, _P)
_take_from_form = _quick(pdfium.FPDFFormObj_RemoveObject, ctypes.c_int, _P, _P)


@dataclass(frozen=True)
class _Thing:
    """One object of a page: what it is, how it is painted, and where it lies on the page."""

    handle: int
    form: Handle
    mode: int
    colour: tuple[int, int, int, int]
    box: Box
    matrix: Matrix


def may_hide(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> bool:
    """Whether a sample of the page's characters has one that is invisible, white, tiny, or off the page."""
    handle = ctypes.cast(text_page.raw, _P).value
    sample = range(0, text_page.count_chars(), SAMPLED_EVERY)
    # A character that PDFium adds between words has no object; the next one does.
    found = {_object_of_character(handle, at) or _object_of_character(handle, at + 1) for at in sample}
    objects = [item for item in found if item]
    colours = _four_each(_colour, objects, ctypes.c_uint)
    lines = (ctypes.c_float * (4 * len(sample)))()
    start = ctypes.addressof(lines)
    deque(map(_line_of_character, repeat(handle), sample, range(start, start + 16 * len(sample), 16)), maxlen=0)
    return (
        any(map(_mode, objects))
        or any(map(ge, colours[0::4], repeat(LEAST_WHITE)))
        or not all(colours[3::4])
        or _has_line_out_of_sight(lines, _page_box(page))
    )


def _has_line_out_of_sight(lines: Any, edges: Box) -> bool:
    # The box of a space may be a mere point, anywhere.
    boxes = ((left, bottom, right, top) for left, top, right, bottom in zip(*[iter(lines)] * 4, strict=True))
    return any(
        top - bottom < LEAST_LINE or left > edges[2] or right < edges[0] or bottom > edges[3] or top < edges[1]
        for left, bottom, right, top in boxes
        if top > bottom
    )


def take_out_hidden(page: pypdfium2.PdfPage) -> int:
    """Takes the text that nobody sees out of `page`, in memory; how many text objects that were."""
    handle = ctypes.cast(page.raw, _P).value
    edges = _page_box(page)
    things = list(_unusual(page, handle, edges))
    others = [thing for thing in things if thing.mode == NO_TEXT]
    hidden = [thing for thing in things if thing.mode != NO_TEXT and _is_hidden(thing, others, edges)]
    for thing in hidden:
        _take_from_form(thing.form, thing.handle) if thing.form else _take_from_page(handle, thing.handle)
    return len(hidden)


def _unusual(page: pypdfium2.PdfPage, handle: Handle, edges: Box) -> Iterator[_Thing]:
    """What is not plain text in the page and its forms, and the text that may be hidden."""
    total = pdfium.FPDFPage_CountObjects(page.raw)
    waiting: list[tuple[Handle, list[int], Matrix, int]]
    waiting = [(None, list(map(_page_object, repeat(handle), range(total))), UNCHANGED, 0)]
    while waiting:
        form, handles, matrix, depth = waiting.pop()
        for thing in _of(form, handles, matrix, edges):
            if thing.mode != NO_TEXT or _kind(thing.handle) != pdfium.FPDF_PAGEOBJ_FORM:
                yield thing
            elif depth < FORM_DEPTH:
                inside = map(_form_object, repeat(thing.handle), range(_form_count(thing.handle)))
                waiting.append((thing.handle, list(inside), times(_matrix_of(thing.handle), matrix), depth + 1))


def _of(form: Handle, handles: list[int], matrix: Matrix, edges: Box) -> Iterator[_Thing]:
    modes = list(map(_mode, handles))
    colours, boxes = _four_each(_colour, handles, ctypes.c_uint), _four_each(_bounds, handles, ctypes.c_float)
    for at in sorted(_worth_a_look(modes, colours, boxes, seen_from(matrix, edges), scale_of(matrix))):
        colour, box = tuple(colours[4 * at : 4 * at + 4]), tuple(boxes[4 * at : 4 * at + 4])
        yield _Thing(handles[at], form, modes[at], colour, moved(box, matrix), matrix)


def _worth_a_look(modes: list[int], colours: Any, boxes: Any, edges: Box, scale: float) -> set[int]:
    """The places of what is no text, and of text that is invisible, white, low, or partly off the page."""
    left, bottom, right, top = (boxes[at::4] for at in range(4))
    low = map(lt, map(sub, top, bottom), repeat(LEAST_FONT_SIZE / (scale or 1)))
    signs = (
        modes,
        map(ge, colours[0::4], repeat(LEAST_WHITE)),
        map(eq, colours[3::4], repeat(0)),
        map(and_, low, map(lt, left, right)),
        map(lt, left, repeat(edges[0])),
        map(lt, bottom, repeat(edges[1])),
        map(gt, right, repeat(edges[2])),
        map(gt, top, repeat(edges[3])),
    )
    return set().union(*(compress(count(), sign) for sign in signs))


def _is_hidden(thing: _Thing, others: Sequence[_Thing], edges: Box) -> bool:
    if area(thing.box) == 0:
        return False
    return (
        (thing.mode == INVISIBLE and not _is_scan(others, edges))
        or (thing.mode == FILLED and _is_transparent(thing) and not _is_drawn_mark(thing, others))
        or (thing.mode == FILLED and _is_white(thing) and not any(_is_backdrop(other, thing) for other in others))
        or area(overlap(thing.box, edges)) == 0
        or _is_tiny(thing)
    )


def _is_scan(others: Sequence[_Thing], edges: Box) -> bool:
    pictures = (other.box for other in others if _kind(other.handle) == pdfium.FPDF_PAGEOBJ_IMAGE)
    return sum(area(overlap(box, edges)) for box in pictures) >= SCAN_COVERAGE * area(edges)


def _is_transparent(thing: _Thing) -> bool:
    # Asked again, because an alpha of 0 is also what is left where PDFium cannot tell a colour (a pattern, say).
    if thing.colour[3]:
        return False
    colour = (ctypes.c_uint * 4)()
    return bool(_colour(thing.handle, *(ctypes.addressof(colour) + at for at in (0, 4, 8, 12))))


def _is_white(thing: _Thing) -> bool:
    return min(thing.colour[:3]) >= LEAST_WHITE


def _is_drawn_mark(thing: _Thing, others: Sequence[_Thing]) -> bool:
    """Whether a transparent glyph stands for a mark that is drawn at its place, as the check boxes of filings are."""
    left, bottom, right, top = thing.box
    return right - left < MARK_WIDTH * (top - bottom) and any(
        _is_seen(other, thing, by_stroke=True) for other in others
    )


def _is_backdrop(other: _Thing, thing: _Thing) -> bool:
    """Whether something that is not white lies behind white text."""
    return _is_seen(other, thing, by_stroke=False)


def _is_seen(other: _Thing, thing: _Thing, *, by_stroke: bool) -> bool:
    if area(overlap(other.box, thing.box)) <= 0:
        return False
    if _kind(other.handle) != pdfium.FPDF_PAGEOBJ_PATH:
        return True
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    _draw_mode(other.handle, ctypes.addressof(fill), ctypes.addressof(stroke))
    is_filled = bool(fill.value) and other.colour[3] > 0 and not _is_white(other)
    return is_filled or (by_stroke and bool(stroke.value))


def _is_tiny(thing: _Thing) -> bool:
    size = ctypes.c_float()
    _font_size(thing.handle, ctypes.addressof(size))
    return abs(size.value) * scale_of(times(_matrix_of(thing.handle), thing.matrix)) < LEAST_FONT_SIZE


def _four_each(ask: Callable[..., int], handles: list[int], kind: Any) -> Any:
    """The four numbers that `ask` gives for each handle, one after another."""
    results = (kind * (4 * len(handles)))()
    start = ctypes.addressof(results)
    end = start + 16 * len(handles)
    deque(map(ask, handles, *(range(start + at, end + at, 16) for at in (0, 4, 8, 12))), maxlen=0)
    return results


def _page_box(page: pypdfium2.PdfPage) -> Box:
    left, bottom, right, top = page.get_bbox()
    return float(left), float(bottom), float(right), float(top)


def _matrix_of(handle: int) -> Matrix:
    values = (ctypes.c_float * 6)(*UNCHANGED)
    _matrix(handle, ctypes.addressof(values))
    return tuple(values)
