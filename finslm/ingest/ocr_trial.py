"""Whether OCR works on this machine: a figure is drawn, and read as any picture in a mail is."""

from __future__ import annotations

import io

from finslm.documents import Attachment
from finslm.errors import FinslmError
from finslm.ingest.reader_process import read_attachment

TRIAL = "Net revenue 4,318"
TIMEOUT_S, MEMORY_BYTES = 60.0, 600 * 2**20


def recognises() -> bool:
    """Whether a picture of "Net revenue 4,318" is read as that. Takes about a second."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - nothing else in this process draws

    picture = Image.new("L", (600, 120), 255)
    ImageDraw.Draw(picture).text((40, 35), TRIAL, fill=0, font=ImageFont.load_default(size=44))
    file = io.BytesIO()
    picture.save(file, "PNG")
    trial = Attachment("trial.png", file.getvalue())
    try:
        reading = read_attachment(trial, timeout_s=TIMEOUT_S, memory_bytes=MEMORY_BYTES, ocr_page_timeout_s=TIMEOUT_S)
    except FinslmError:
        return False
    return reading.pages[0].text == TRIAL
