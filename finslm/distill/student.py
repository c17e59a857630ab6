"""The model in training: a base GGUF as torch sees it, with a low-rank adapter on every linear layer (arXiv 2106.09685)."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import AutoModelForCausalLM, PreTrainedModel

from finslm.distill.attention import NAME, Layout, layout
from finslm.distill.packing import Pack

LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class Losses:
    """Summed cross-entropies of a pack's line tokens and rationale tokens, and how many branches' lines are right.

    A line is right when each of its tokens is the most probable one: exactly what greedy writing would give.
    """

    line: torch.Tensor
    rationale: torch.Tensor
    right: tuple[bool, ...]


class Student:
    """A base with its adapter. In bf16, the adapter's own weights in fp32."""

    def __init__(self, base: Path, *, rank: int, device: torch.device) -> None:
        self.device = device
        plain = load_plain(base).to(device)
        config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=list(LINEAR))
        self._adapted = get_peft_model(plain, config)
        self._causal: PreTrainedModel = self._adapted.base_model.model
        self.weights = [weight for weight in self._adapted.parameters() if weight.requires_grad]
        for weight in self.weights:
            weight.data = weight.data.float()

    @property
    def adapted(self) -> PeftModel:
        """The model as peft holds it."""
        return self._adapted

    def losses(self, pack: Pack) -> Losses:
        """Computes a pack; the output layer only where a loss stands."""
        laid = layout(pack, self.device, torch.bfloat16)
        sources, targets, tasks = _targets(pack)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            hidden = self._causal.model(
                input_ids=laid.tokens,
                position_ids=laid.positions,
                attention_mask=_no_mask(laid),
                use_cache=False,
                pack_layout=laid,
            ).last_hidden_state[0]
            logits = self._causal.lm_head(hidden[sources]).float()
        wanted = torch.tensor(targets, device=self.device)
        each = torch.nn.functional.cross_entropy(logits, wanted, reduction="none")
        is_line = torch.tensor(tasks, device=self.device)
        hits = (logits.detach().argmax(-1) == wanted).tolist()
        return Losses(each[is_line].sum(), each[~is_line].sum(), _right(pack, hits))

    def adapter_state(self) -> dict[str, torch.Tensor]:
        """The adapter's tensors under peft's names."""
        state: dict[str, torch.Tensor] = get_peft_model_state_dict(self._adapted)
        return state

    def load_adapter_state(self, state: dict[str, torch.Tensor]) -> None:
        """Takes an adapter's tensors."""
        set_peft_model_state_dict(self._adapted, state)


def load_plain(base: Path) -> PreTrainedModel:
    """The dequantized base in bf16: as loaded it believes that it is quantized, and refuses to be trained."""
    loaded = AutoModelForCausalLM.from_pretrained(base.parent, gguf_file=base.name, dtype=torch.float32)
    config = copy.deepcopy(loaded.config)
    config.__dict__.pop("quantization_config", None)
    config._attn_implementation = NAME
    model: PreTrainedModel = AutoModelForCausalLM.from_config(config).to(torch.bfloat16)
    model.load_state_dict({name: tensor.to(torch.bfloat16) for name, tensor in loaded.state_dict().items()})
    model.tie_weights()
    model.requires_grad_(False)
    return model


def _no_mask(laid: Layout) -> torch.Tensor:
    """transformers makes a causal mask of its own where it is given none; ours is in the layout."""
    return torch.zeros(1, 1, 1, 1, device=laid.tokens.device)


def _targets(pack: Pack) -> tuple[list[int], list[int], list[bool]]:
    """Where a token is predicted, which one, and whether it belongs to a line (else to a rationale)."""
    sources: list[int] = []
    targets: list[int] = []
    tasks: list[bool] = []
    start = len(pack.context)
    for branch in pack.branches:
        first = start + len(branch.asked) - 1
        wanted = branch.line + branch.rationale
        sources += range(first, first + len(wanted))
        targets += wanted
        tasks += [True] * len(branch.line) + [False] * len(branch.rationale)
        start += len(branch.tokens)
    return sources, targets, tasks


def _right(pack: Pack, hits: list[bool]) -> tuple[bool, ...]:
    right, start = [], 0
    for branch in pack.branches:
        right.append(all(hits[start : start + len(branch.line)]))
        start += len(branch.line) + len(branch.rationale)
    return tuple(right)
