"""What this processor can do, and what the installed llama.cpp was compiled to use of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
WORTH_HAVING = {
    "AVX2": "avx2",
    "FMA": "fma",
    "F16C": "f16c",
    "AVX512": "avx512f",
    "AVX512_VNNI": "avx512_vnni",
}
"""llama.cpp's name of a feature -> the kernel's name of it: what makes prompts several times faster."""


@dataclass(frozen=True)
class Machine:
    """`cores` are those this process may use; `compiled` and `present` hold llama.cpp's names of features."""

    cores: int
    processor: str
    present: frozenset[str]
    compiled: frozenset[str]

    @property
    def unused(self) -> tuple[str, ...]:
        """What the processor has and the library was compiled without."""
        return tuple(sorted((self.present & WORTH_HAVING.keys()) - self.compiled))

    @property
    def with_amx(self) -> bool:
        """Whether the library uses AMX tiles.

        GCC 12 and others of its age compile its `ldtilecfg` wrongly: the first prompt of more than one
        token then ends the process with SIGSEGV (llama.cpp issue 20824). `finslm doctor` tries it out.
        """
        return any(feature.startswith("AMX") for feature in self.compiled)


def this_machine() -> Machine:
    """The machine that runs this process."""
    text = CPU_INFO.read_text(encoding="utf-8") if CPU_INFO.exists() else ""
    return Machine(
        cores=usable_cores(),
        processor=_field(text, "model name"),
        present=features_of(text),
        compiled=compiled_features(),
    )


def usable_cores() -> int:
    """How many cores this process may use: a container's limit counts, not the machine's size."""
    return len(os.sched_getaffinity(0))


def features_of(cpu_info: str) -> frozenset[str]:
    """The features worth having that the text of /proc/cpuinfo names, by llama.cpp's names."""
    flags = set(_field(cpu_info, "flags").split())
    return frozenset(name for name, flag in WORTH_HAVING.items() if flag in flags)


def compiled_features() -> frozenset[str]:
    """What the installed llama.cpp says that it was compiled with."""
    import llama_cpp  # noqa: PLC0415 - loading the library takes a second

    info: bytes = llama_cpp.llama_print_system_info()
    return frozenset(re.findall(r"(\w+) = 1", info.decode()))


def _field(cpu_info: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*)$", cpu_info, re.MULTILINE)
    return found.group(1).strip() if found else ""
