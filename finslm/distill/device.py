"""What trains: the GPU where there is one, and the numbers in which this machine multiplies fastest."""

from __future__ import annotations

import torch

NATIVE_BF16 = ("avx512_bf16", "amx_bf16")
"""What torch calls the instructions of a processor that multiplies bf16 itself; the others convert every number first."""


def device_here() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def precision_of(device: torch.device) -> torch.dtype:
    """bf16 where it is native. Measured on a processor without: 8 GFLOP/s a core in bf16, 72 in fp32."""
    if device.type != "cpu":
        return torch.bfloat16
    capabilities = torch.cpu.get_capabilities()
    return torch.bfloat16 if any(capabilities.get(name) for name in NATIVE_BF16) else torch.float32
