"""The prompt of a question: instructions, the evidence, what was said before, the question; each a message of its own.

The evidence ends at a control token, so questions to the same evidence share its tokens whatever they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finslm.documents import Turn
from finslm.model import Message, Prompt, chatml

BETWEEN_CELLS = " | "


@dataclass(frozen=True)
class Instructions:
    """What the model is told before the evidence."""

    system: str

    @classmethod
    def load(cls, data_dir: Path, *, is_taught: bool) -> Instructions:
        """The instructions in `data/prompts/`: a model that our laboratory taught needs a sentence, others examples."""
        folder = data_dir / "prompts"
        names = ("ask_taught.txt",) if is_taught else ("ask_system.txt", "ask_examples.txt")
        return cls("\n".join((folder / name).read_text().strip() for name in names))


def table_text(rows: Sequence[Sequence[str | None]]) -> str:
    """A table as the model reads it: one line a row, cells between bars."""
    return "\n".join(BETWEEN_CELLS.join((cell or "").strip() for cell in row) for row in rows)


def ask_prompt(
    instructions: Instructions, evidence: Sequence[str], question: str, history: Sequence[Turn] = ()
) -> Prompt:
    """The prompt after which a model writes its answer line; `evidence` holds the passages' texts."""
    text = "\n\n".join(passage.strip() for passage in evidence)
    said = [[Message("user", turn.question), Message("assistant", turn.answer)] for turn in history]
    return chatml(instructions.system, question, earlier=[Message("user", text), *itertools.chain(*said)])
