"""The model: GGUF files pinned by hash, and the engine that runs one of them through llama.cpp.

In come prompts, grammars and choices; out come constrained text with its probability, or probabilities of choices. The
registry half knows manifests, fetches and builds files, and refuses every file whose hash is not allowed. The room never
computes arithmetic for an answer, never runs code from a GGUF, and never goes to the network except in `model build`.
"""

from finslm.model.allow_list import JOBS, Job
from finslm.model.build import BuildResult
from finslm.model.engine import Engine, Generation
from finslm.model.machine import Machine, this_machine, usable_cores
from finslm.model.progress import OnProgress
from finslm.model.registry import ModelStatus, Registry
from finslm.model.template import Prompt, chatml

__all__ = [
    "JOBS",
    "BuildResult",
    "Engine",
    "Generation",
    "Job",
    "Machine",
    "ModelStatus",
    "OnProgress",
    "Prompt",
    "Registry",
    "chatml",
    "this_machine",
    "usable_cores",
]
