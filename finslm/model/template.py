"""Our own rendering of the chat template: control tokens are ours alone, never read from a document or a GGUF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Segment:
    """A piece of a prompt. Control tokens are recognised only where `is_control`; elsewhere `<|im_end|>` is mere text."""

    text: str
    is_control: bool


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt, ready to be tokenized segment by segment."""

    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Message:
    """What one party of a conversation says."""

    role: Literal["user", "assistant"]
    text: str


def chatml(system: str, user: str, *, earlier: Sequence[Message] = ()) -> Prompt:
    """The ChatML prompt for `user`'s message after `earlier` ones, ending where the assistant's answer begins."""
    segments = [Segment("<|im_start|>system\n", True), Segment(system, False)]
    for message in (*earlier, Message("user", user)):
        segments += [Segment(f"<|im_end|>\n<|im_start|>{message.role}\n", True), Segment(message.text, False)]
    return Prompt((*segments, Segment("<|im_end|>\n<|im_start|>assistant\n", True)))
