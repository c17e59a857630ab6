"""Measures what comes into each weight of a base while it reads our own documents, for the quantizer.

Needs the extra `train`. The documents are the teacher's triage lines (Apache-2.0), read as the product reads them.

    python scripts/importance.py finslm-135m --base BASE.gguf --lines ../shared/data/teacher/triage.jsonl
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from finslm.config import shipped
from finslm.distill.device import precision_of
from finslm.model.importance import write_importance

TOKENS, WINDOW = 24_000, 768
PLACES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


class Meter:
    """Sums the squares of what comes into a layer."""

    def __init__(self) -> None:
        self.sum: Any = 0.0
        self.count = 0

    def __call__(self, _layer: Any, inputs: tuple[Any, ...], _output: Any) -> None:
        rows = inputs[0].reshape(-1, inputs[0].shape[-1]).float()
        self.sum = self.sum + (rows * rows).sum(dim=0)
        self.count += len(rows)


def gguf_name(layer: str) -> str | None:
    """`model.layers.3.mlp.up_proj` -> `blk.3.ffn_up.weight`; None for a layer that is not quantized."""
    found = re.fullmatch(r"model\.layers\.(\d+)\.(.+)", layer)
    return f"blk.{found[1]}.{PLACES[found[2]]}.weight" if found and found[2] in PLACES else None


def main() -> None:
    """Reads the documents and writes `data/models/NAME/importance.gguf`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--lines", type=Path, required=True)
    given = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(given.base.parent, gguf_file=given.base.name)
    precision = precision_of(torch.device("cpu"))
    model = AutoModelForCausalLM.from_pretrained(given.base.parent, gguf_file=given.base.name, dtype=precision)
    meters = {}
    for layer, module in model.named_modules():
        if name := gguf_name(layer):
            meters[name] = Meter()
            module.register_forward_hook(meters[name])
    texts = [json.loads(line)["text"] for line in given.lines.read_text("utf-8").splitlines()]
    tokens = tokenizer("\n\n".join(texts), return_tensors="pt").input_ids[0][:TOKENS]
    with torch.inference_mode():
        for start in range(0, len(tokens), WINDOW):
            model.model(tokens[None, start : start + WINDOW])
            print(f"\r{min(start + WINDOW, len(tokens))} of {len(tokens)} tokens", end="", flush=True)
    target = shipped("data") / "models" / given.name / "importance.gguf"
    write_importance(
        target, {name: (meter.sum / meter.count).numpy().astype(np.float32) for name, meter in meters.items()}
    )
    print(f"\n{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
