"""Measures how well OCR reads pages whose text is known: pages of PDFs, made into what an office scanner gives.

Words are compared as they are printed, blanks apart: a word counts as found as often as it was printed and was read. Figures
are the words with a digit. Each page is read as the product reads it, in the confined process, from a PDF of its own.

    python scripts/bench_ocr.py --pages report.pdf:53 other.pdf:2 [--dots 300] [--clean]
"""

from __future__ import annotations

import argparse
import io
import re
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from finslm.ingest import read_document

SEED, CROOKED_DEGREES, NOISE, QUALITY = 7, 0.6, 14, 40
ALIKE = str.maketrans("—–’‘“”", "--''\"\"")
MEMORY_BYTES = 600 * 2**20


def main() -> None:
    given = arguments()
    print(f"{'page':56} {'words':>6} {'found':>6} {'figures':>8} {'wall s':>7} {'CPU s':>6}")
    for place in given.pages:
        path, _, index = place.rpartition(":")
        page = pypdfium2.PdfDocument(path)[int(index)]
        printed = words(page.get_textpage().get_text_range().replace("\ufffe", "-"))
        picture = page.render(scale=given.dots / 72, grayscale=True).to_pil()
        read, wall_s, cpu_s = read_back(picture if given.clean else as_scanned(picture), given.dots)
        figures = Counter({word: count for word, count in printed.items() if re.search(r"\d", word)})
        found, right = ((read & sought).total() / sought.total() for sought in (printed, figures))
        name = f"{Path(path).stem}:{index}"
        print(f"{name:56} {printed.total():6} {found:6.1%} {right:8.1%} {wall_s:7.1f} {cpu_s:6.1f}")
    print(f"most memory resident: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MiB")


def words(text: str) -> Counter[str]:
    return Counter(text.translate(ALIKE).split())


def as_scanned(picture: Image.Image) -> Image.Image:
    """Crooked, grey, noisy, and packed as JPEG."""
    turned = picture.rotate(CROOKED_DEGREES, Image.Resampling.BICUBIC, fillcolor=255)
    noise = np.random.default_rng(SEED).normal(0, NOISE, (picture.height, picture.width))
    shades = np.clip(np.asarray(turned, float) * 0.85 + 20 + noise, 0, 255)
    file = io.BytesIO()
    Image.fromarray(shades.astype(np.uint8)).save(file, "JPEG", quality=QUALITY)
    return Image.open(file)


def read_back(picture: Image.Image, dots: int) -> tuple[Counter[str], float, float]:
    """The words that the product reads from a PDF of the picture, and the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.pdf"
        picture.save(path, resolution=dots)
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        reading = read_document(path, timeout_s=120, memory_bytes=MEMORY_BYTES)
        wall_s, cpu_s = (
            time.perf_counter() - start,
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before,
        )
    return words(reading.pages[0].text), wall_s, cpu_s


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", nargs="+", required=True, metavar="PDF:INDEX")
    parser.add_argument("--dots", type=int, default=300, help="an inch")
    parser.add_argument("--clean", action="store_true", help="as drawn, not as scanned")
    return parser.parse_args()


if __name__ == "__main__":
    main()
