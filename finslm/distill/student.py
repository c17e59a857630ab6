"""The model in training: a base GGUF as torch sees it, with a low-rank adapter on every linear layer (arXiv 2106.09685)."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from peft.tuners.lora.layer import Linear
from transformers import AutoModelForCausalLM, PreTrainedModel

from finslm.distill.attention import NAME, Layout, in_rows, layout
from finslm.distill.device import precision_of
from finslm.distill.packs import Pack

LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
TOKENS_AT_ONCE = 36_000
"""How many tokens a GPU computes at once: of a small model any number takes it the same time as a few thousand."""


@dataclass(frozen=True)
class Losses:
    """Summed cross-entropies of packs' line tokens and rationale tokens, and how many branches' lines are right.

    A line is right when each of its tokens is the most probable one: exactly what greedy writing would give.
    """

    line: torch.Tensor
    rationale: torch.Tensor
    right: tuple[bool, ...]


class Student:
    """A base with its adapter, in `precision_of` the device; the adapter's own weights in fp32."""

    def __init__(self, base: Path, *, rank: int, device: torch.device) -> None:
        self.device = device
        self._precision = precision_of(device)
        plain = load_plain(base, self._precision).to(device)
        config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=list(LINEAR))
        self._adapted = get_peft_model(plain, config)
        self._causal: PreTrainedModel = self._adapted.base_model.model
        self.weights = [weight for weight in self._adapted.parameters() if weight.requires_grad]
        for weight in self.weights:
            weight.data = weight.data.float()
        if device.type == "cuda":
            for layer in self._adapted.modules():
                if isinstance(layer, Linear):
                    layer.forward = functools.partial(merged_forward, layer)

    @property
    def adapted(self) -> PeftModel:
        """The model as peft holds it."""
        return self._adapted

    def losses(self, packs: Sequence[Pack]) -> Losses:
        """Computes packs together; the output layer only where a loss stands. `right` is in the order of the rows."""
        rows = in_rows(packs)
        laid = layout(rows, self.device, self._precision)
        aims = list(_aims(rows, laid.tokens.shape[1]))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._precision == torch.bfloat16):
            hidden = self._causal.model(
                input_ids=laid.tokens,
                position_ids=laid.positions,
                attention_mask=_no_mask(laid),
                use_cache=False,
                pack_layout=laid,
            ).last_hidden_state
            logits = self._causal.lm_head(hidden.flatten(0, 1)[[aim.source for aim in aims]]).float()
        wanted = torch.tensor([aim.token for aim in aims], device=self.device)
        each = torch.nn.functional.cross_entropy(logits, wanted, reduction="none")
        is_line = torch.tensor([aim.is_line for aim in aims], device=self.device)
        hits = (logits.detach().argmax(-1) == wanted).tolist()
        return Losses(each[is_line].sum(), each[~is_line].sum(), _right(aims, hits))

    def together(self, packs: Sequence[Pack]) -> list[list[Pack]]:
        """The packs in groups that are computed at once: one by one on a processor, many on a GPU."""
        if self.device.type == "cpu":
            return [[pack] for pack in packs]
        groups: list[list[Pack]] = [[]]
        for pack in packs:
            if sum(each.size for each in groups[-1]) > TOKENS_AT_ONCE:
                groups.append([])
            groups[-1].append(pack)
        return groups

    def adapter_state(self) -> dict[str, torch.Tensor]:
        """The adapter's tensors under peft's names."""
        state: dict[str, torch.Tensor] = get_peft_model_state_dict(self._adapted)
        return state

    def load_adapter_state(self, state: dict[str, torch.Tensor]) -> None:
        """Takes an adapter's tensors."""
        set_peft_model_state_dict(self._adapted, state)


def merged_forward(layer: Linear, inputs: torch.Tensor) -> torch.Tensor:
    """An adapted layer as one matrix product with base and adapter added up.

    A GPU has products to spare, and time for nothing else: the many small operations of an adapter apart cost it twice as much.
    """
    base, scaling = layer.base_layer, layer.scaling["default"]
    delta = layer.lora_B["default"].weight @ layer.lora_A["default"].weight
    return torch.nn.functional.linear(inputs, (base.weight + scaling * delta).to(base.weight.dtype), base.bias)


def load_plain(base: Path, precision: torch.dtype) -> PreTrainedModel:
    """The dequantized base: as loaded it believes that it is quantized, and refuses to be trained."""
    loaded = AutoModelForCausalLM.from_pretrained(base.parent, gguf_file=base.name, dtype=torch.float32)
    config = copy.deepcopy(loaded.config)
    config.__dict__.pop("quantization_config", None)
    config._attn_implementation = NAME
    model: PreTrainedModel = AutoModelForCausalLM.from_config(config).to(precision)
    model.load_state_dict({name: tensor.to(precision) for name, tensor in loaded.state_dict().items()})
    model.tie_weights()
    model.requires_grad_(False)
    return model


def _no_mask(laid: Layout) -> torch.Tensor:
    """transformers makes a causal mask of its own where it is given none; ours is in the layout."""
    return torch.zeros(1, 1, 1, 1, device=laid.tokens.device)


@dataclass(frozen=True)
class _Aim:
    """Where a token is predicted, which one, whether it belongs to a line (else to a rationale), and of which question."""

    source: int
    token: int
    is_line: bool
    question: int


def _aims(rows: Sequence[Sequence[Pack]], width: int) -> Iterator[_Aim]:
    """The tokens that rows of `width` teach."""
    question = 0
    for number, row in enumerate(rows):
        start = number * width
        for pack in row:
            start += len(pack.context)
            for branch in pack.branches:
                first = start + len(branch.asked) - 1
                for place, token in enumerate(branch.line + branch.rationale):
                    yield _Aim(first + place, token, place < len(branch.line), question)
                start += len(branch.tokens)
                question += 1


def _right(aims: Sequence[_Aim], hits: Sequence[bool]) -> tuple[bool, ...]:
    """Of each question, whether all tokens of its line were the most probable ones."""
    right = [True] * (aims[-1].question + 1)
    for aim, is_hit in zip(aims, hits, strict=True):
        right[aim.question] &= is_hit or not aim.is_line
    return tuple(right)
