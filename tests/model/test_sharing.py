"""Many requests in one context: what is shared, who goes first, and that one's end is not another's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import llama_cpp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_model import write_random_model

from finslm.answer.grammar import ANSWER_TOKENS, answer_grammar
from finslm.answer.line import AnswerLine, parse_line
from finslm.answer.numbers import numbers_in
from finslm.answer.program import CONSTANTS, execute, holds, operands
from finslm.documents import Passage
from finslm.errors import Cancelled, ModelUnusable, ProgramError, PromptTooLong
from finslm.model import Engine, Sampling, chatml, json_schema, lark
from finslm.model.llama import MAX_SEQUENCES
from finslm.model.sequences import distinct_cells, shared_prefix

EVIDENCE = "Revenue was 214.6 million in 2025 and 187.9 million in 2024; the margin was 12.5 per cent. " * 4
ENDLESS = lark("start: /[a-z ]{600,}/")


@pytest.fixture(scope="module")
def random_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("random") / "random.gguf", seed=1)


@pytest.fixture(scope="module")
def noise(random_path: Path) -> Iterator[Engine]:
    with Engine(random_path, context_tokens=2048) as engine:
        yield engine


def asked(question: str, evidence: str = EVIDENCE) -> object:
    return chatml("You answer.", f"{evidence}\n{question}")


def outcomes(engine: Engine, grammar: str, seeds: range) -> list[str]:
    prompt = chatml("You answer.", EVIDENCE)
    tickets = [
        engine.write(prompt, grammar=grammar, max_tokens=ANSWER_TOKENS, sampling=Sampling(1.0, seed), is_urgent=False)
        for seed in seeds
    ]
    return [ticket.result().text for ticket in tickets]


def value_or_reason(line: AnswerLine) -> str:
    """What the program or claim gives: a value, or one of the reasons for which a well-formed one has none."""
    try:
        return str(execute(line.parts[0]) if line.kind == "calc" else holds(line.parts[0]))
    except ProgramError as error:
        return next(reason for reason in ("divides by zero", "out of range") if reason in error.happened)


def check_answers(engine: Engine, seeds: range) -> None:
    """Every output is a line, no program holds a number that is not in its evidence, no words others than those of it."""
    evidence = [Passage("p", "d", 0, 0, len(EVIDENCE), EVIDENCE)]
    numbers = numbers_in(evidence)
    known = {abs(number.value) for number in numbers} | {abs(execute(constant)) for constant in CONSTANTS}
    for text in outcomes(engine, lark(answer_grammar(evidence, numbers)), seeds):
        line = parse_line(text)
        assert line is not None, text
        assert all(line.parts), text
        if line.kind in ("calc", "check"):
            assert {abs(value) for value in operands(line.parts[0])} <= known, text
            assert value_or_reason(line)
        else:
            assert all(" ".join(part.split()) in " ".join(EVIDENCE.split()) for part in line.parts), text


def test_noise_under_the_answer_grammar_is_always_an_answer(noise: Engine) -> None:
    check_answers(noise, range(300))


@pytest.mark.heavy
def test_ten_thousand_times_noise_is_an_answer(noise: Engine) -> None:
    for start in range(0, 10_000, 500):
        check_answers(noise, range(start, start + 500))


def test_noise_under_a_json_schema_always_parses(noise: Engine) -> None:
    schema = {
        "type": "object",
        "properties": {
            "kind": {"enum": ["invoice", "letter", "report"]},
            "amount": {"type": "integer", "minimum": 0, "maximum": 99999},
            "issuer": {"type": "string", "maxLength": 12},
        },
        "required": ["kind", "amount", "issuer"],
        "additionalProperties": False,
    }
    for text in outcomes(noise, json_schema(schema), range(200)):
        read = json.loads(text)
        assert read["kind"] in ("invoice", "letter", "report")
        assert 0 <= read["amount"] <= 99999
        assert len(read["issuer"]) <= 12


def test_requests_side_by_side_give_what_each_gives_alone(engine: Engine) -> None:
    prompts = [chatml("You answer.", f"{EVIDENCE}\nQuestion {i}: name a currency.") for i in range(6)]
    together = [ticket.result() for ticket in [engine.write(prompt, max_tokens=1) for prompt in prompts]]
    alone = [engine.generate(prompt, max_tokens=1) for prompt in prompts]
    # Batches of other sizes take other attention kernels, and eight-bit activations round to other steps after them.
    assert [each.logprob for each in together] == pytest.approx([each.logprob for each in alone], abs=0.5)


def test_evidence_is_computed_once_for_five_questions(random_path: Path) -> None:
    with Engine(random_path, context_tokens=2048) as engine:
        prompts = [asked(question) for question in ("What is a?", "And b?", "And then c?", "What of d?", "And e?")]
        longest = max(engine.count_prompt_tokens(prompt) for prompt in prompts)
        for ticket in [engine.write(prompt, max_tokens=1) for prompt in prompts]:
            ticket.result()
        assert engine.computed_tokens < longest + 5 * 40


def test_evidence_that_left_the_context_comes_back_from_memory(random_path: Path) -> None:
    with Engine(random_path, context_tokens=1024) as engine:
        first, others = (
            asked("a?", "alpha beta " * 60),
            [asked("b?", f"{name} gamma " * 60) for name in ("x", "y", "z")],
        )
        for prompt in (first, *others):
            engine.generate(prompt, max_tokens=1)
        assert engine.memory().saved_bytes > 0
        before = engine.computed_tokens
        again = engine.generate(first, max_tokens=1)
        assert engine.computed_tokens - before < 16
    with Engine(random_path, context_tokens=1024) as fresh:
        assert fresh.generate(first, max_tokens=1).logprob == pytest.approx(again.logprob, abs=0.5)


def test_other_evidence_leaves_the_context_though_it_begins_alike(random_path: Path) -> None:
    with Engine(random_path, context_tokens=2048) as engine:
        for number, name in enumerate(("x", "y", "x")):
            prompt = asked("a?", f"{name} gamma " * 80)
            before = engine.computed_tokens
            engine.generate(prompt, max_tokens=1)
            own = engine.count_prompt_tokens(prompt)
            held = [
                llama_cpp.llama_memory_seq_pos_max(engine._llama._memory, sequence) + 1
                for sequence in range(MAX_SEQUENCES)
            ]
            assert sum(held) <= own
            assert number < 2 or engine.computed_tokens - before < 16


def test_memory_for_saved_evidence_is_bounded(random_path: Path) -> None:
    with Engine(random_path, context_tokens=1024, saved_bytes=300_000) as engine:
        for number in range(8):
            engine.generate(asked("a?", f"{number} delta epsilon " * 50), max_tokens=1)
            assert engine.memory().saved_bytes <= 300_000


def test_who_waits_at_a_screen_is_served_before_a_folder(noise: Engine) -> None:
    ended: list[str] = []

    def note(name: str) -> threading.Thread:
        return threading.Thread(target=lambda: (tickets[name].result(), ended.append(name)))

    tickets = {
        f"file {i}": noise.write(asked(f"{i}", f"file {i} " * 150), grammar=ENDLESS, max_tokens=60, is_urgent=False)
        for i in range(6)
    }
    tickets["screen"] = noise.write(asked("now?"), max_tokens=1)
    threads = [note(name) for name in tickets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.index("screen") <= 2


def test_a_stopped_request_leaves_the_others_running(noise: Engine) -> None:
    stop = threading.Event()
    stopped = noise.write(asked("one"), grammar=ENDLESS, max_tokens=400, cancel=stop)
    other = noise.write(asked("two"), grammar=ENDLESS, max_tokens=30)
    stop.set()
    with pytest.raises(Cancelled):
        stopped.result()
    assert other.result().tokens >= 30


def test_more_than_the_context_holds_is_served_in_turn(random_path: Path) -> None:
    with Engine(random_path, context_tokens=512) as engine:
        prompts = [asked(f"{i}", f"text {i} " * 40) for i in range(8)]
        tickets = [engine.write(prompt, grammar=ENDLESS, max_tokens=40, is_urgent=False) for prompt in prompts]
        assert all(ticket.result().tokens >= 40 for ticket in tickets)


def test_a_prompt_beyond_the_context_is_refused_and_the_next_one_served(noise: Engine) -> None:
    with pytest.raises(PromptTooLong, match="the context holds 2048"):
        noise.generate(asked("?", "word " * 3000))
    assert noise.generate(asked("?"), max_tokens=2).tokens > 0


def test_a_bad_grammar_costs_its_own_request_only(noise: Engine) -> None:
    with pytest.raises(ModelUnusable, match="grammar"):
        noise.generate(asked("?"), grammar=lark("start: UNKNOWN"))
    assert noise.generate(asked("?"), max_tokens=2).tokens > 0


def test_an_error_in_on_text_reaches_its_caller_and_stops_the_request(noise: Engine) -> None:
    def refuse(_: str) -> None:
        raise LookupError("the screen is gone")

    with pytest.raises(LookupError):
        noise.generate(asked("?"), grammar=ENDLESS, max_tokens=300, on_text=refuse)
    assert noise.generate(asked("?"), max_tokens=2).tokens > 0


def test_a_model_of_an_unknown_architecture_is_refused(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "odd.gguf", seed=2, architecture="no-such-architecture")
    with pytest.raises(ModelUnusable, match="unknown architecture"):
        Engine(path)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.99])
def test_a_truncated_model_is_refused(tmp_path: Path, random_path: Path, share: float) -> None:
    path = tmp_path / "torn.gguf"
    path.write_bytes(random_path.read_bytes()[: int(random_path.stat().st_size * share)])
    with pytest.raises(ModelUnusable):
        Engine(path)


def test_a_closed_engine_says_so(random_path: Path) -> None:
    engine = Engine(random_path, context_tokens=256)
    engine.close()
    engine.close()
    with pytest.raises(ModelUnusable, match="closed"):
        engine.generate(asked("?", ""), max_tokens=1)


tokens = st.lists(st.integers(0, 2), max_size=300)


@given(a=tokens, b=tokens)
def test_shared_prefix_is_what_counting_one_by_one_gives(a: list[int], b: list[int]) -> None:
    count = 0
    while count < min(len(a), len(b)) and a[count] == b[count]:
        count += 1
    assert shared_prefix(a, b) == count


@settings(max_examples=50)
@given(texts=st.lists(st.lists(st.integers(0, 2), max_size=6), max_size=6))
def test_cells_are_the_distinct_beginnings(texts: list[list[int]]) -> None:
    beginnings = {tuple(text[:length]) for text in texts for length in range(1, len(text) + 1)}
    assert distinct_cells(texts) == len(beginnings)
