"""What the libraries that open Office files raise -> one sentence."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree

from finslm.errors import UnreadableDocument

# What python-docx, openpyxl, python-pptx and olefile were seen to raise on files that were cut, flipped or forged.
DAMAGE = (
    AttributeError,
    AssertionError,
    EOFError,
    KeyError,
    IndexError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    etree.LxmlError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@contextmanager
def damage_told(kind: str, *own: type[Exception]) -> Iterator[None]:
    """Turns what goes wrong inside the block into UnreadableDocument: "the Word document is damaged".

    `own` are exceptions that only the library of the caller knows.
    """
    try:
        yield
    except RecursionError:  # a RuntimeError that has a sentence of its own
        raise
    except (*DAMAGE, *own) as error:
        raise UnreadableDocument(
            f"the {kind} is damaged ({type(error).__name__})",
            next_step="open it in its own program, save it again and read that, or save it as PDF",
        ) from error
