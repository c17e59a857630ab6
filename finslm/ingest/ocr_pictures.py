"""The pages of a file, one after another, as pictures for OCR: what a person would see of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from finslm.ingest.damage import damage_told
from finslm.ingest.media_type import PDF_HEADER_WITHIN, PICTURES

DOTS_AN_INCH = 300
LONGEST_SIDE = 3600  # pixels: A4 at 300 dots an inch has 3,508
POINTS_AN_INCH = 72
FORMATS = ("JPEG", "PNG", "TIFF")


@dataclass(frozen=True)
class PagePicture:
    """A page in shades of grey (mode "L"); how many points of the page a pixel is."""

    index: int
    picture: Image.Image
    points_a_pixel: float


def open_picture(file: BinaryIO) -> Image.Image:
    """A PNG, JPEG or TIFF picture, not yet unpacked. Raises `UnreadableDocument` for what is damaged."""
    head = file.read(max(map(len, PICTURES)))
    file.seek(0)
    kind = next((kind for start, kind in PICTURES.items() if head.startswith(start)), "image/").removeprefix("image/")
    with damage_told(f"{kind.upper()} picture", UnidentifiedImageError, Image.DecompressionBombError):
        return Image.open(file, formats=FORMATS)


def page_pictures(file: BinaryIO, indexes: Sequence[int], page_count: int) -> Iterator[PagePicture]:
    """The pages `indexes` of a PDF, or the frames of a picture. `page_count`: how many pages its reader found."""
    is_pdf = b"%PDF-" in file.read(PDF_HEADER_WITHIN)
    file.seek(0)
    yield from _pages_of_pdf(file, indexes, page_count) if is_pdf else _frames(open_picture(file), indexes)


def _pages_of_pdf(file: BinaryIO, indexes: Sequence[int], page_count: int) -> Iterator[PagePicture]:
    from finslm.ingest.pdf import opened_with  # noqa: PLC0415 - a picture needs no PDFium

    pdf = opened_with(file, page_count)
    for index in indexes:
        page = pdf[index]
        scale = min(DOTS_AN_INCH / POINTS_AN_INCH, LONGEST_SIDE / max(page.get_size()))
        picture = page.render(scale=scale, grayscale=True).to_pil().convert("L")
        page.close()  # and all that PDFium unpacked for it
        yield PagePicture(index, picture, 1 / scale)


def _frames(picture: Image.Image, indexes: Sequence[int]) -> Iterator[PagePicture]:
    for index in indexes:
        with damage_told("picture", Image.DecompressionBombError):
            picture.seek(index)
            grey = _on_white(ImageOps.exif_transpose(picture))
        grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        # A picture need not say how large its page is: it is taken for one that is as high as A4.
        yield PagePicture(index, grey, 842 / max(grey.size))


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("L")
    if picture.mode.startswith("I;16"):
        return picture.point(lambda shade: shade / 256).convert("L")
    return picture.convert("L")
