"""Answers: question and evidence in, a grounded answer with citations out, or an abstention with its reason.

The model writes a program or copies words, inside a grammar whose numbers and words are those of the evidence; the
program is executed exactly in decimal arithmetic; every operand is cited. The room never looks for evidence (search/)
and never does arithmetic with the model.
"""

from finslm.answer.answerer import Answerer, Instructions, Manner, abstain
from finslm.answer.program import execute

__all__ = ["Answerer", "Instructions", "Manner", "abstain", "execute"]
