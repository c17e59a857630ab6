"""The model: GGUF files pinned by hash, and the engine that runs one of them through llama.cpp.

In come prompts, grammars and choices; out come constrained text with its probability, or probabilities of choices. The
registry half knows manifests, fetches and builds files, and refuses every file whose hash is not allowed. The room never
computes arithmetic for an answer, never runs code from a GGUF, and never goes to the network except in `model build`.
"""

from finslm.model.allow_list import JOBS, Job
from finslm.model.build import BuildResult
from finslm.model.choosing import Sampling
from finslm.model.constraint import json_schema, lark
from finslm.model.engine import Engine, EngineMemory
from finslm.model.machine import Machine, this_machine, usable_cores
from finslm.model.progress import OnProgress
from finslm.model.registry import ModelStatus, Registry
from finslm.model.runs import Generation, Ticket
from finslm.model.template import Message, Prompt, chatml
from finslm.model.tuning import prefers_flash_attention

__all__ = [
    "JOBS",
    "BuildResult",
    "Engine",
    "EngineMemory",
    "Generation",
    "Job",
    "Machine",
    "Message",
    "ModelStatus",
    "OnProgress",
    "Prompt",
    "Registry",
    "Sampling",
    "Ticket",
    "chatml",
    "json_schema",
    "lark",
    "prefers_flash_attention",
    "this_machine",
    "usable_cores",
]
