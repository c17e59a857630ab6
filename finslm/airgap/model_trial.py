"""A child process of the doctor: drops its network, loads the model, answers once, prints JSON about it."""

from __future__ import annotations

import ctypes
import json
import socket
import sys
import time
from pathlib import Path

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
QUESTION = "Net sales were 12 million in 2023 and 10 million in 2022. Did net sales rise? Answer yes or no."


def drop_network() -> bool:
    """Moves this process where the only interface is a loopback that is down; whether that worked."""
    ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET)
    return all(name == "lo" for _, name in socket.if_nameindex())


def answer_once(model: Path, context_tokens: int) -> tuple[str, int]:
    """The model's answer to one question, which its grammar limits to two words, and the bytes that it took."""
    from finslm.model import Engine, chatml  # noqa: PLC0415 - numpy starts threads, after which unshare fails

    with Engine(model, is_proven=True, context_tokens=context_tokens) as engine:
        answer = engine.generate(chatml("You answer.", QUESTION), grammar='start: "yes" | "no"').text
        return answer, engine.memory().total_bytes


def main() -> int:
    """0 when the model answered inside its grammar."""
    isolated, start = drop_network(), time.monotonic()
    answer, memory_bytes = answer_once(Path(sys.argv[1]), int(sys.argv[2]))
    seconds = time.monotonic() - start
    told = {"isolated": isolated, "seconds": seconds, "answer": answer, "memory_bytes": memory_bytes}
    sys.stdout.write(json.dumps(told))
    return 0 if answer in {"yes", "no"} else 1


if __name__ == "__main__":
    sys.exit(main())
