"""Text that addresses an AI reader: found, reported, and taken away before any judge reads the document.

The phrases that give it away stand in `data/injection.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from finslm.documents import Page
from finslm.errors import IntegrityError

# Where an instruction ends that nobody has marked: a blank line.
END_OF_PARAGRAPH = re.compile(r"\n\s*\n|\Z")


def load_triggers(data_dir: Path) -> tuple[re.Pattern[str], ...]:
    """The phrases of an installation. Raises IntegrityError when their file is damaged."""
    import tomllib  # noqa: PLC0415 - the reading process imports this module and has no use for it

    file = data_dir / "injection.toml"
    try:
        phrases = tomllib.loads(file.read_text("utf-8"))["triggers"]
        # A page breaks its lines anywhere.
        return tuple(re.compile(phrase.replace(" ", r"\s+"), re.IGNORECASE) for phrase in phrases)
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise IntegrityError(
            f"the phrases that address an AI reader cannot be read from {file} ({error})",
            safe="nothing was read",
            next_step="restore the data folder from the installation",
        ) from error


def instructed_pages(pages: Sequence[Page], triggers: Iterable[re.Pattern[str]]) -> tuple[int, ...]:
    """The indexes of the pages with text that addresses an AI reader."""
    triggers = tuple(triggers)
    return tuple(page.index for page in pages if any(trigger.search(page.text) for trigger in triggers))


def without_instructions(pages: Sequence[Page], triggers: Iterable[re.Pattern[str]]) -> tuple[tuple[Page, ...], bool]:
    """The pages with every instruction to an AI reader blanked out, and whether there was one.

    Each character that is taken away becomes a line break, so that places on a page stay where they were and no
    sentence is read across the gap.
    """
    triggers = tuple(triggers)
    cleaned = tuple(Page(page.index, _blank_out(page.text, triggers)) for page in pages)
    return cleaned, any(page.text != before.text for page, before in zip(cleaned, pages, strict=True))


def _blank_out(text: str, triggers: tuple[re.Pattern[str], ...]) -> str:
    for trigger in triggers:
        for match in trigger.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            start = max(start, _sentence_start(text, start, match.start()))
            end = END_OF_PARAGRAPH.search(text, match.end())
            stop = end.start() if end else len(text)
            text = text[:start] + "\n" * (stop - start) + text[stop:]
    return text


def _sentence_start(text: str, line_start: int, before: int) -> int:
    """Where the sentence of the trigger begins within its line."""
    starts = [match.end() for match in re.finditer(r"[.!?]\s+", text[line_start:before])]
    return line_start + (starts[-1] if starts else 0)
