"""What the engine does in a second, on prompts of any text: the figures behind `finslm model bench`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from finslm.model.apart import apart
from finslm.model.choosing import Sampling
from finslm.model.constraint import lark
from finslm.model.engine import Engine
from finslm.model.machine import usable_cores
from finslm.model.runs import Generation
from finslm.model.template import Prompt, chatml
from finslm.model.tuning import prefers_flash_attention

PROMPT_TOKENS = 1500
WRITTEN_TOKENS = 96
TOGETHER = 8
CONTEXT_TOKENS = 4096
ENDLESS = lark("start: /[A-Za-z0-9 ,.]*/ NEVER\nNEVER: /a/ & /b/")
"""A grammar that admits most of what a model wants to say, forces nothing, and never ends: its end is an a and a b at once.

A loop, as in a grammar of sentences: one that counted its letters would be in a new state at each, and pay for a new mask.
"""

ANSWERS_ADD, UNFORCED_ADDS = "the answers' grammar adds, of the time", "a grammar that forces nothing adds, of the time"


@dataclass(frozen=True)
class Task:
    """What is asked in earnest: prompts that begin alike, and the grammar of their answers.

    `endless` admits one such answer after the other, many times over.
    """

    prompts: tuple[Prompt, ...]
    grammar: str
    max_tokens: int
    endless: str


TaskOf = Callable[[Engine, int], Task]
"""The task of a number; no two begin alike."""


@dataclass(frozen=True)
class EngineFigures:
    """Tokens a second: reading a prompt, writing one text, writing eight at once under a grammar, and one so."""

    prompt: float
    writing: float
    writing_constrained: float
    writing_constrained_by_8: float

    @property
    def batch_gain(self) -> float:
        """Eight texts at once against one."""
        return self.writing_constrained_by_8 / self.writing_constrained


def measure(engine: Engine, text: str, rounds: int = 3) -> EngineFigures:
    """The figures of `engine` reading and going on from `text`, the best of some rounds each."""
    numbers = range(rounds)
    return EngineFigures(
        writing=max(writing_rate(engine, 1, None, number) for number in numbers),
        writing_constrained=max(writing_rate(engine, 1, ENDLESS, number) for number in numbers),
        writing_constrained_by_8=max(writing_rate(engine, TOGETHER, ENDLESS, number) for number in numbers),
        prompt=max(prompt_rate(engine, text, number) for number in numbers),
    )


def prompt_of(engine: Engine, text: str, tokens: int, number: int) -> Prompt:
    """A prompt of about `tokens` tokens of `text`, that begins as no prompt of another number does."""
    text = f"Copy {number} of the file.\n" + text * (1 + tokens // engine.count_tokens(text))
    per_token = len(text) / engine.count_tokens(text)
    return chatml("You answer questions about documents.", text[: int(tokens * per_token)])


def prompt_rate(engine: Engine, text: str, number: int) -> float:
    """Prompt tokens a second; `number` must be new, or the engine knows the prompt already."""
    prompt = prompt_of(engine, text, PROMPT_TOKENS, number)
    count = engine.count_prompt_tokens(prompt)
    return count / seconds(lambda: engine.generate(prompt, max_tokens=1))


def writing_rate(engine: Engine, together: int, grammar: str | None, number: int) -> float:
    """Tokens a second of `together` reports that are written at once; see `rate_after`."""
    return rate_after(engine, writing_prompt(number), grammar, together=together)


def writing_prompt(number: int) -> Prompt:
    """What stands before a report."""
    return chatml("You write about companies.", f"Write report number {number}.")


def rate_after(engine: Engine, prompt: Prompt, grammar: str | None, *, together: int = 1) -> float:
    """Tokens a second of `together` texts that are written at once, after a prompt that is read already.

    Each has WRITTEN_TOKENS tokens, whatever the model would rather do: a taught one ends its line after a dozen, and that
    would measure the start. The engine must not guess, for what goes on past its end soon repeats itself.
    """
    engine.generate(prompt, grammar=grammar, max_tokens=1)
    written: list[int] = []

    def write() -> None:
        tickets = [
            engine.write(prompt, grammar=grammar, max_tokens=WRITTEN_TOKENS, sampling=Sampling(is_endless=True))
            for _ in range(together)
        ]
        written.extend(ticket.result().tokens for ticket in tickets)

    took = seconds(write)
    return sum(written) / took


def grammar_cost(engine: Engine, task: Task) -> float:
    """What the grammar of the answers adds to the time of a written token, as a fraction; less than nothing where the tokens that it
    forces, a third of them, save more than its masks cost.
    """
    prompt = task.prompts[0]
    return rate_after(engine, prompt, None) / rate_after(engine, prompt, task.endless) - 1


def question_seconds(engine: Engine, task: Task, count: int) -> float:
    """Seconds for the first `count` questions of a task, asked at once."""

    def ask(prompt: Prompt) -> Generation:
        return engine.generate(prompt, grammar=task.grammar, max_tokens=task.max_tokens)

    with ThreadPoolExecutor(count) as pool:
        return seconds(lambda: list(pool.map(ask, task.prompts[:count])))


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def compared(path: Path, text: str, task_of: TaskOf, *, notes: Path, rounds: int = 3) -> dict[str, float]:
    """The engine's figures on the proven model at `path`, and those of llama-cpp-python's `Llama` with its defaults."""
    threads = usable_cores()
    flash = prefers_flash_attention(path, threads=threads, context_tokens=CONTEXT_TOKENS, notes=notes)
    with Engine(path, is_proven=True, flash_attention=flash, drafts=False) as engine:
        ours = measure(engine, text, rounds)
        memory = engine.memory()
    prompt, writing = default_rates(path, text, rounds)
    return {
        "prompt": ours.prompt,
        "prompt, llama-cpp-python": prompt,
        "writing": ours.writing,
        "writing, llama-cpp-python": writing,
        "writing under a grammar": ours.writing_constrained,
        "eight together": ours.writing_constrained_by_8,
        UNFORCED_ADDS: ours.writing / ours.writing_constrained - 1,
        **_task_figures(path, task_of, flash, rounds),
        "weights in memory, MB": memory.model_bytes / 1e6,
        "context in memory, MB": memory.context_bytes / 1e6,
        "in huge pages, MB": memory.huge_page_bytes / 1e6,
        "flash attention": float(flash),
    }


def _task_figures(path: Path, task_of: TaskOf, flash: bool, rounds: int) -> dict[str, float]:
    """What questions cost, the best of some rounds; each round's one and five are about texts of their own."""
    with Engine(path, is_proven=True, flash_attention=flash, drafts=False, context_tokens=4 * CONTEXT_TOKENS) as engine:
        tasks = [task_of(engine, number) for number in range(2 * rounds)]
        return {
            "one question, s": min(question_seconds(engine, task, 1) for task in tasks[::2]),
            "five questions, s": min(question_seconds(engine, task, 5) for task in tasks[1::2]),
            ANSWERS_ADD: median(grammar_cost(engine, task) for task in tasks[:rounds]),
        }


def ratios_of(figures: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """What the figures of some models come to: eight texts against one for each, of the rest the worst of them.

    The overhead of a grammar is that of the answers' own or of one that forces nothing, whichever is worse.
    """
    gains = {
        f"batch8_vs_1_{short_name(name)}": row["eight together"] / row["writing under a grammar"]
        for name, row in figures.items()
    }
    return gains | {
        "five_questions_vs_one": max(row["five questions, s"] / row["one question, s"] for row in figures.values()),
        "grammar_overhead": max(row[key] for row in figures.values() for key in (ANSWERS_ADD, UNFORCED_ADDS)),
    }


def short_name(name: str) -> str:
    """How ratios call a model: `finslm-0.5b` is `05b`."""
    return name.removeprefix("finslm-").replace(".", "")


def default_rates(path: Path, text: str, rounds: int = 3) -> tuple[float, float]:
    """Prompt tokens and written tokens a second of llama-cpp-python's `Llama` with nothing set but the context."""
    return apart(lambda: _default_rates(path, text, rounds))


def _default_rates(path: Path, text: str, rounds: int) -> tuple[float, float]:
    import llama_cpp  # noqa: PLC0415 - loading the library takes a second

    model = llama_cpp.Llama(str(path), n_ctx=2048, verbose=False)
    tokens = (model.tokenize(text.encode()) * PROMPT_TOKENS)[:PROMPT_TOKENS]

    def read() -> None:
        model.reset()  # type: ignore[no-untyped-call]
        model.eval(tokens)

    def write() -> None:
        for _ in islice(model.generate(tokens[:8], temp=0.0), WRITTEN_TOKENS):
            pass

    prompt = PROMPT_TOKENS / min(seconds(read) for _ in range(rounds))
    return prompt, WRITTEN_TOKENS / min(seconds(write) for _ in range(rounds))
