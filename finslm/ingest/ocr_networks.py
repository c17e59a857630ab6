"""The two networks of OCR, PP-OCRv6 small, as they lie in the wheel of RapidOCR: one finds lines, one reads them.

RapidOCR's own code is never imported: it takes 1.2 GB for a page and loads OpenCV, which alone maps a third of what a
reader may take (`docs/decisions/0002-ocr.md`). onnxruntime runs the networks, on one thread.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGES = ("rapidocr", "onnxruntime")
FINDER, READER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
INSTALL = "pip install 'finslm[ocr]'"


@dataclass(frozen=True)
class Networks:
    """Both networks, loaded. Pictures go in as one float32 array (1, 3, height, width), with values from -1 to 1."""

    finder: Any
    reader: Any

    def text_map(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each pixel (height, width) how likely it lies in the heart of a line of text."""
        found: NDArray[np.float32] = self.finder.run(None, {self.finder.get_inputs()[0].name: picture})[0][0, 0]
        return found

    def letter_steps(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each step from left to right (steps, letters) how likely each of `letters` stands there."""
        read: NDArray[np.float32] = self.reader.run(None, {self.reader.get_inputs()[0].name: picture})[0][0]
        return read

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """What the columns of `letter_steps` stand for; the first is no letter, the last a blank."""
        known = self.reader.get_modelmeta().custom_metadata_map["character"].splitlines()
        return ("", *known, " ")


def installed_version() -> str:
    """The versions of the packages that OCR needs, such as "rapidocr 3.10.0, onnxruntime 1.32.0"; "" without them."""
    if not all(importlib.util.find_spec(package) for package in PACKAGES) or not all(
        (_models() / name).is_file() for name in (FINDER, READER)
    ):
        return ""
    return ", ".join(f"{package} {importlib.metadata.version(package)}" for package in PACKAGES)


def load_networks() -> Networks:
    """The networks, ready to run. Takes a third of a second and some 100 MB."""
    import onnxruntime  # noqa: PLC0415 - only the process that reads pictures loads it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # An arena keeps what the largest page took; without it memory goes back after each.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 4
    sessions = (
        onnxruntime.InferenceSession(str(_models() / name), options, providers=["CPUExecutionProvider"])
        for name in (FINDER, READER)
    )
    return Networks(*sessions)


def _models() -> Path:
    spec = importlib.util.find_spec("rapidocr")
    return Path(spec.origin or "").parent / "models" if spec else Path()
