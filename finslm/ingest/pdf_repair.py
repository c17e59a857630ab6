"""A damaged PDF -> PDFs that PDFium opens, by qpdf: the lost tables of a file are built again from what is left of it.

qpdf finds objects without the cross-reference table, but it needs a root to start from. Where that is lost too, as in
most downloads that broke off, the pages are collected one by one and put under a new root.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Iterator

import pikepdf

BROKEN_VALUES = (ValueError, TypeError, KeyError, IndexError, AttributeError)
OBJECT_NUMBER = re.compile(rb"(\d{1,7}) +\d+ +obj\b")
# Where a file broke off inside a stream, the stream is ended here. qpdf opens no file without a root, nor one without a
# page; this page is left out again.
NEW_ROOT = b"""
endstream
endobj
%d 0 obj
<</Type/Catalog/Pages %d 0 R>>
endobj
%d 0 obj
<</Type/Pages/Kids[%d 0 R]/Count 1>>
endobj
%d 0 obj
<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]/StandIn true>>
endobj
trailer
<</Root %d 0 R/Size %d>>
%%%%EOF
"""


def mended(content: bytes, *, most_pages: int) -> Iterator[bytes]:
    """PDFs of at most `most_pages` made from what is left of `content`; none where nothing is left."""
    logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # it would tell of each fault on standard error
    for mend in (_rebuilt, _collected):
        # What qpdf and its values say of broken files; the next way may still work.
        with contextlib.suppress(pikepdf.PdfError, pikepdf.DataDecodingError, RuntimeError, *BROKEN_VALUES):
            if pdf := mend(content, most_pages):
                yield pdf


def _rebuilt(content: bytes, most_pages: int) -> bytes | None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return _saved(pdf, most_pages)


def _collected(content: bytes, most_pages: int) -> bytes | None:
    """The pages of `content` in the order of their object numbers, under a root of our own."""
    rootless = content.replace(b"/Root", b"/Lost").replace(b"/Catalog", b"/Cata-og").replace(b"startxref", b"startlost")
    with pikepdf.open(io.BytesIO(_with_root(rootless + _unpacked(rootless)))) as left, pikepdf.new() as new:
        for item in left.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Page" and "/StandIn" not in item:
                new.pages.append(pikepdf.Page(item))
        return _saved(new, most_pages)


def _unpacked(rootless: bytes) -> bytes:
    """The objects that lie in compressed object streams, written out: without their table nobody else finds them."""
    with pikepdf.open(io.BytesIO(_with_root(rootless))) as pdf:
        packs = [item for item in pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Type") == "/ObjStm"]
        return b"".join(part for pack in packs for part in _objects_of(pack))


def _objects_of(pack: pikepdf.Stream) -> Iterator[bytes]:
    try:
        data, first = pack.read_bytes(), int(pack.First)
    except (pikepdf.PdfError, AttributeError):
        return  # torn in the middle
    table = [int(number) for number in re.findall(rb"\d+", data[:first])]
    starts = [*table[1::2], len(data) - first]
    for number, start, end in zip(table[0::2], starts, starts[1:], strict=False):
        yield b"\n%d 0 obj\n%s\nendobj\n" % (number, data[first + start : first + end])


def _with_root(content: bytes) -> bytes:
    root = max((int(number) for number in OBJECT_NUMBER.findall(content)), default=0) + 1
    pages, page, size = root + 1, root + 2, root + 3
    return content + NEW_ROOT % (root, pages, pages, page, page, pages, root, size)


def _saved(pdf: pikepdf.Pdf, most_pages: int) -> bytes | None:
    if not 0 < len(pdf.pages) <= most_pages:
        return None
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()
