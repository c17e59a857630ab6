"""The model: GGUF files pinned by hash, and the engine that runs one of them through llama.cpp.

In come prompts, grammars and choices; out come constrained text with its probability, or probabilities of choices. The
registry half knows manifests, fetches and builds files, and refuses every file whose hash is not allowed. The room never
computes arithmetic for an answer, never runs code from a GGUF, and never goes to the network except in `model build`.
"""

from finslm.model.engine import Engine, Generation
from finslm.model.template import Prompt, chatml

__all__ = ["Engine", "Generation", "Prompt", "chatml"]
