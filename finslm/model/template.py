"""Our own rendering of the chat template: control tokens are ours alone, never read from a document or a GGUF."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """A piece of a prompt. Control tokens are recognised only where `is_control`; elsewhere `<|im_end|>` is mere text."""

    text: str
    is_control: bool


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt, ready to be tokenized segment by segment."""

    segments: tuple[Segment, ...]


def chatml(system: str, user: str, answer_start: str = "") -> Prompt:
    """The ChatML prompt for one exchange, ending where the assistant's answer (after `answer_start`) begins."""
    return Prompt(
        (
            Segment("<|im_start|>system\n", True),
            Segment(system, False),
            Segment("<|im_end|>\n<|im_start|>user\n", True),
            Segment(user, False),
            Segment("<|im_end|>\n<|im_start|>assistant\n", True),
            Segment(answer_start, False),
        )
    )
