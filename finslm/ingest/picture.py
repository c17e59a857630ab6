"""A PNG, JPEG or TIFF picture -> a page without text for each of its frames, for OCR to read."""

from __future__ import annotations

import io

from PIL import Image

from finslm.documents import Page, Reading
from finslm.errors import UnreadableDocument
from finslm.ingest.ocr_pictures import open_picture

MOST_FRAMES = 20_000


def read(content: bytes) -> Reading:
    """The frames of a picture as scanned pages. Raises `UnreadableDocument` for one that is damaged."""
    picture = open_picture(io.BytesIO(content))
    frames = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    if frames > MOST_FRAMES:
        raise UnreadableDocument(
            f"the picture has {frames:,} frames; at most {MOST_FRAMES:,} are read", next_step="split it"
        )
    indexes = tuple(range(frames))
    media_type = Image.MIME[str(picture.format)]
    return Reading(media_type, "", tuple(Page(index, "") for index in indexes), scanned=indexes)
