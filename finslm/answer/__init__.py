"""Answers: question and evidence in, a grounded answer with citations out, or an abstention with its reason.

The model writes a program or copies words, inside a grammar whose numbers and words are those of the evidence; the
program is executed exactly in decimal arithmetic; every operand is cited. The room never looks for evidence (search/)
and never does arithmetic with the model.
"""

from finslm.answer.answerer import Answerer, Manner, abstain
from finslm.answer.evidence import fitting
from finslm.answer.gathering import EVIDENCE_PAGES, gathered
from finslm.answer.line import MISSING, AnswerLine, Kind, parse_line
from finslm.answer.numbers import numbers_of
from finslm.answer.program import execute, holds
from finslm.answer.prompt import BETWEEN_CELLS, Instructions, ask_prompt, table_text

__all__ = [
    "BETWEEN_CELLS",
    "EVIDENCE_PAGES",
    "MISSING",
    "AnswerLine",
    "Answerer",
    "Instructions",
    "Kind",
    "Manner",
    "abstain",
    "ask_prompt",
    "execute",
    "fitting",
    "gathered",
    "holds",
    "numbers_of",
    "parse_line",
    "table_text",
]
