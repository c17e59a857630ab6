"""Shared-prefix packing: a context once, all its questions after it as branches that see the context and themselves.

A branch's positions go on where the context ends, so each question is computed as if it stood alone, and the context, most
of the tokens, is computed once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from finslm.answer import Instructions, ask_prompt
from finslm.distill.examples import Asked, Example
from finslm.distill.packs import Branch, Pack
from finslm.model import Prompt

SHARED_SEGMENTS = 4
"""The segments of an ask prompt that do not depend on the question: instructions and evidence with what opens them."""


class Tokenizer(Protocol):
    """What tokenizes for the runtime tokenizes for the laboratory: they must not differ by a token."""

    end_token: int

    def tokenize(self, text: str, *, is_control: bool = False) -> list[int]: ...
    def tokenize_prompt(self, prompt: Prompt) -> list[int]: ...


def packs_of(
    example: Example, instructions: Instructions, tokenizer: Tokenizer, largest: int, *, with_rationale: bool
) -> list[Pack]:
    """The example as packs of at most `largest` tokens; questions that do not fit go into another pack of the same context.

    An empty list when the context alone is too large.
    """
    prompt = ask_prompt(instructions, example.passages, "")
    context = tuple(tokenizer.tokenize_prompt(Prompt(prompt.segments[:SHARED_SEGMENTS])))
    packs: list[Pack] = []
    room, waiting = largest - len(context), list[Branch]()
    for asked in example.asked:
        branch = _branch(example.passages, asked, instructions, tokenizer, with_rationale)
        if len(branch.tokens) > largest - len(context):
            continue
        if len(branch.tokens) > room:
            packs.append(Pack(context, tuple(waiting)))
            room, waiting = largest - len(context), []
        waiting.append(branch)
        room -= len(branch.tokens)
    return [*packs, Pack(context, tuple(waiting))] if waiting else packs


def _branch(
    passages: Sequence[str], asked: Asked, instructions: Instructions, tokenizer: Tokenizer, with_rationale: bool
) -> Branch:
    prompt = ask_prompt(instructions, passages, asked.question, asked.history)
    question = tokenizer.tokenize_prompt(Prompt(prompt.segments[SHARED_SEGMENTS:]))
    # The line ends with a line break whether a rationale follows or not: at run time writing stops there, so that nothing
    # behind it is taught or measured as a part of the line.
    line = tuple(tokenizer.tokenize(asked.line + "\n"))
    if with_rationale and asked.rationale:
        return Branch(tuple(question), line, (*tokenizer.tokenize(asked.rationale), tokenizer.end_token))
    return Branch(tuple(question), line, ())
