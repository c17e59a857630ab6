from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader
from gguf.quants import dequantize
from random_model import write_random_model
from tiny_model import RANK, RECIPE, TinyModel, sha256, tiny_knowledge, write_adapter

from finslm.errors import FinslmError, ModelHashMismatch, NoSpaceLeft
from finslm.model import Engine, chatml
from finslm.model.build import build_model
from finslm.model.disk import only_builder
from finslm.model.manifest import WeightType
from finslm.model.requantize import requantize

ANOTHER_PROCESSOR = """
import sys; from dataclasses import replace; from pathlib import Path
from tiny_model import RECIPE, tiny_knowledge
from finslm.model.requantize import requantize
recipe = replace(RECIPE, linear=sys.argv[4], embedding=sys.argv[5])
requantize(Path(sys.argv[1]), Path(sys.argv[2]), "tiny", recipe, tiny_knowledge(Path(sys.argv[3])))
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def names_in(models: Path) -> set[str]:
    return {path.name for path in models.rglob("*") if path.is_file()} - {"lock"}


def test_model_is_built_from_its_sources_and_only_it_is_kept(tiny: TinyModel, models: Path) -> None:
    result = build_model(tiny.manifest, models, parts_dir=tiny.parts, index_url=tiny.index_url)
    assert result.is_new
    assert sha256(result.path) == tiny.manifest.built.sha256
    assert names_in(models) == {"tiny.gguf", "tiny.json"}
    assert json.loads((models / "tiny.json").read_text())["base"]["sha256"] == tiny.manifest.base.sha256


def test_model_that_stands_is_not_fetched_again(tiny: TinyModel, models: Path) -> None:
    build_model(tiny.manifest, models, parts_dir=tiny.parts, index_url=tiny.index_url)
    tiny.shelf.asked.clear()
    assert not build_model(tiny.manifest, models, parts_dir=tiny.parts, index_url=tiny.index_url).is_new
    assert tiny.shelf.asked == []


def test_changed_model_is_built_again(tiny: TinyModel, models: Path) -> None:
    path = build_model(tiny.manifest, models, parts_dir=tiny.parts, origin=tiny.base).path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert build_model(tiny.manifest, models, parts_dir=tiny.parts, origin=tiny.base).is_new
    assert sha256(path) == tiny.manifest.built.sha256


def test_same_base_gives_the_same_bytes_twice(tiny: TinyModel, tmp_path: Path) -> None:
    for name in ("one.gguf", "two.gguf"):
        requantize(tiny.base, tmp_path / name, "tiny", tiny.manifest.built, tiny_knowledge(tiny.parts))
    assert sha256(tmp_path / "one.gguf") == sha256(tmp_path / "two.gguf") == tiny.manifest.built.sha256


@pytest.mark.parametrize(("linear", "embedding"), [("IQ4_NL", "Q8_0"), ("F16", "F16")])
def test_processor_without_wide_vectors_gives_the_same_bytes(
    tiny: TinyModel, tmp_path: Path, linear: WeightType, embedding: WeightType
) -> None:
    features = [name for name, has in np._core._multiarray_umath.__cpu_features__.items() if has]
    optional = [name for name in features if name in np._core._multiarray_umath.__cpu_dispatch__]
    environment = {
        **os.environ,
        "NPY_DISABLE_CPU_FEATURES": " ".join(optional),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    narrow, wide = tmp_path / "narrow.gguf", tmp_path / "wide.gguf"
    requantize(tiny.base, wide, "tiny", replace(RECIPE, linear=linear, embedding=embedding), tiny_knowledge(tiny.parts))
    command = [sys.executable, "-c", ANOTHER_PROCESSOR, *map(str, (tiny.base, narrow, tiny.parts)), linear, embedding]
    subprocess.run(command, env=environment, check=True)
    assert sha256(narrow) == sha256(wide)


def test_built_tensors_have_the_planned_types_and_the_finer_embedding(tiny: TinyModel, models: Path) -> None:
    built = GGUFReader(build_model(tiny.manifest, models, parts_dir=tiny.parts, origin=tiny.base).path)
    base = {tensor.name: tensor for tensor in GGUFReader(tiny.base).tensors}
    assert {tensor.name: tensor.tensor_type.name for tensor in built.tensors} == {
        "token_embd.weight": "Q8_0",
        "blk.0.attn_q.weight": "Q8_0",
        "blk.0.ffn_down.weight": "IQ4_NL",
        "blk.0.attn_norm.weight": "F32",
    }
    held = {tensor.name: tensor.data for tensor in built.tensors}
    assert np.array_equal(held["token_embd.weight"], base["output.weight"].data)
    assert np.array_equal(held["blk.0.attn_norm.weight"], base["blk.0.attn_norm.weight"].data)


def test_built_weights_are_the_bases_with_the_adapter_merged(tiny: TinyModel, models: Path) -> None:
    built = GGUFReader(build_model(tiny.manifest, models, parts_dir=tiny.parts, origin=tiny.base).path)
    base = {tensor.name: tensor for tensor in GGUFReader(tiny.base).tensors}
    adapter = {
        tensor.name: tensor.data.astype(np.float32) for tensor in GGUFReader(tiny.parts / "adapter.gguf").tensors
    }
    for tensor, most in (
        (tensor, {"Q8_0": 0.01, "IQ4_NL": 0.09}.get(tensor.tensor_type.name)) for tensor in built.tensors
    ):
        if f"{tensor.name}.lora_a" in adapter:
            before = dequantize(base[tensor.name].data, base[tensor.name].tensor_type)
            wanted = before + 8.0 / RANK * adapter[f"{tensor.name}.lora_b"] @ adapter[f"{tensor.name}.lora_a"]
            error = dequantize(tensor.data, tensor.tensor_type) - wanted
            assert 0 < np.sqrt((error**2).mean() / (wanted**2).mean()) < most
            assert np.abs(wanted - before).mean() > 0.1


def test_the_reference_holds_every_weight_in_16_bits(tiny: TinyModel, tmp_path: Path) -> None:
    reference = tmp_path / "reference.gguf"
    requantize(tiny.base, reference, "tiny", replace(RECIPE, linear="F16", embedding="F16"), tiny_knowledge(tiny.parts))
    built, base = GGUFReader(reference), {tensor.name: tensor for tensor in GGUFReader(tiny.base).tensors}
    assert {tensor.tensor_type.name for tensor in built.tensors if len(tensor.shape) == 2} == {"F16"}
    embedding = next(tensor.data for tensor in built.tensors if tensor.name == "token_embd.weight")
    held = base["output.weight"]
    assert np.array_equal(embedding, dequantize(held.data, held.tensor_type).astype(np.float16))


def test_a_reference_with_random_weights_runs(tmp_path: Path) -> None:
    base = write_random_model(tmp_path / "base.gguf", seed=4)
    requantize(base, tmp_path / "reference.gguf", "m", replace(RECIPE, linear="F16", embedding="F16"))
    with Engine(tmp_path / "reference.gguf", threads=1, context_tokens=256) as engine:
        assert engine.generate(chatml("You answer.", "12"), max_tokens=2).tokens > 0
        assert engine.memory().model_bytes > base.stat().st_size


def test_a_changed_adapter_is_refused(tiny: TinyModel, models: Path, tmp_path: Path) -> None:
    parts = Path(shutil.copytree(tiny.parts, tmp_path / "parts"))
    write_adapter(parts / "adapter.gguf", seed=9)
    with pytest.raises(ModelHashMismatch, match=r"adapter\.gguf"):
        build_model(tiny.manifest, models, parts_dir=parts, origin=tiny.base)
    assert names_in(models) == set()


def test_tokenizer_is_kept_and_chat_template_is_not(tiny: TinyModel, models: Path) -> None:
    fields = GGUFReader(build_model(tiny.manifest, models, parts_dir=tiny.parts, origin=tiny.base).path).fields
    assert fields["tokenizer.ggml.tokens"].contents()[:2] == ["word0", "word1"]
    assert fields["llama.block_count"].contents() == 1
    assert fields["general.name"].contents() == "tiny"
    assert "tokenizer.chat_template" not in fields


def test_built_file_that_is_not_the_pinned_one_is_not_put_in_place(tiny: TinyModel, models: Path) -> None:
    wrong = replace(tiny.manifest, built=replace(tiny.manifest.built, sha256="0" * 64))
    with pytest.raises(ModelHashMismatch, match="the file built for tiny does not match its pinned hash"):
        build_model(wrong, models, parts_dir=tiny.parts, origin=tiny.base)
    assert names_in(models) == set()


def test_built_file_itself_can_be_carried_in(tiny: TinyModel, models: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    build_model(tiny.manifest, stick, parts_dir=tiny.parts, origin=tiny.base)
    result = build_model(tiny.manifest, models, parts_dir=tiny.parts, origin=stick)
    assert result.is_new
    assert sha256(result.path) == tiny.manifest.built.sha256


def test_changed_built_file_that_is_carried_in_is_refused(tiny: TinyModel, models: Path, tmp_path: Path) -> None:
    carried = build_model(tiny.manifest, tmp_path / "stick", parts_dir=tiny.parts, origin=tiny.base).path
    carried.write_bytes(carried.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelHashMismatch, match=r"tiny\.gguf, given for tiny, does not match"):
        build_model(tiny.manifest, models, parts_dir=tiny.parts, origin=carried)
    assert carried.exists()
    assert names_in(models) == set()


def test_failed_build_keeps_the_old_model_and_what_was_fetched(tiny: TinyModel, models: Path) -> None:
    models.mkdir()
    (models / "tiny.gguf").write_bytes(b"an older model")
    full = replace(tiny.manifest, built=replace(tiny.manifest.built, size_bytes=10**18))
    with pytest.raises(NoSpaceLeft, match="is full"):
        build_model(full, models, parts_dir=tiny.parts, index_url=tiny.index_url)
    assert (models / "tiny.gguf").read_bytes() == b"an older model"
    assert tiny.base.name in names_in(models)


def test_two_builds_of_one_model_do_not_meet(tiny: TinyModel, models: Path) -> None:
    folder = models / ".fetch" / "tiny"
    folder.mkdir(parents=True)
    with only_builder(folder), pytest.raises(FinslmError, match="another build of this model is running"):
        build_model(tiny.manifest, models, parts_dir=tiny.parts, origin=tiny.base)
