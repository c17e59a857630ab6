"""What the bench asks in earnest: five questions to one text, as the product asks them, with the grammar of their answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from finslm.answer import Instructions, ask_prompt
from finslm.answer.grammar import ANSWER_TOKENS, answer_grammar
from finslm.answer.numbers import numbers_in
from finslm.documents import Passage
from finslm.model import lark
from finslm.model.bench import PROMPT_TOKENS, Task

QUESTIONS = (
    "What was net debt?",
    "By how much did EBITDA exceed the arrangement fee?",
    "What is the margin of the new facility?",
    "What is the copper price of the worst case?",
    "When does the loan fall due?",
)
MANY_LINES = 99


def task_of(data_dir: Path, text: str, count_tokens: Callable[[str], int], number: int) -> Task:
    """Questions about 1,500 tokens of `text`, which begins as that of no other number does."""
    evidence = f"File {number}.\n" + (text * 3)[: int(PROMPT_TOKENS * len(text) / count_tokens(text))]
    passages = [Passage("p", "d", 0, 0, len(evidence), evidence)]
    instructions = Instructions.load(data_dir, is_taught=False)
    grammar = answer_grammar(passages, numbers_in(passages))
    return Task(
        prompts=tuple(ask_prompt(instructions, [evidence], question) for question in QUESTIONS),
        grammar=lark(grammar),
        max_tokens=ANSWER_TOKENS,
        endless=lark(grammar.replace("start: ", f"start: line{{{MANY_LINES}}}\nline: ", 1)),
    )
