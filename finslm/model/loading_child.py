"""A child process that loads a model and makes a small context of it: what ends llama.cpp ends it, and nobody else.

    python loading_child.py MODEL

It ends with 0 whether llama.cpp takes the file or refuses it in words. It is run by its file and imports nothing of ours:
that takes half a second instead of one and a half.
"""

from __future__ import annotations

import os
import resource
import sys

import llama_cpp

CONTEXT_TOKENS = 256


def main() -> None:
    """Loads and forgets."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a model's bytes must not stay behind in the working folder
    model = llama_cpp.llama_model_load_from_file(os.fsencode(sys.argv[1]), llama_cpp.llama_model_default_params())
    if model:
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = CONTEXT_TOKENS
        llama_cpp.llama_init_from_model(model, params)


if __name__ == "__main__":
    main()
