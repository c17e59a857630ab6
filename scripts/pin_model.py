"""Builds a model from its base and the files beside its manifest, and pins what came out: manifest and policy.

Run it after a new adapter, importance or choice of quantization; commit what it changed.

    python scripts/pin_model.py finslm-0.5b --base BASE.gguf [--adapter RUN/adapter.gguf]
    python scripts/pin_model.py finslm-0.5b --base BASE.gguf --linear F16 --embedding F16 --out F

With --out the built file is kept there and nothing is pinned: to measure a quantization beside others. --linear and --embedding
take the place of what the manifest says; F16 for both is the reference in 16 bits.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import get_args

from finslm.config import shipped
from finslm.model.adapter import load_adapter
from finslm.model.digest import sha256_of
from finslm.model.importance import load_importance
from finslm.model.manifest import WeightType, load_manifest
from finslm.model.requantize import Knowledge, requantize
from finslm.model.vocabulary import load_kept


def main() -> None:
    """Builds, hashes, and writes the pins."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument(
        "--vocabulary", help="a list of tokens beside the manifest, written by scripts/prune_vocabulary.py"
    )
    for weights in ("--linear", "--embedding"):
        parser.add_argument(weights, choices=get_args(WeightType), help="needs --out")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if (given.linear or given.embedding) and not given.out:
        parser.error("what is pinned has the types of its manifest: write them there, or give --out")
    folder = shipped("data") / "models" / given.name
    manifest_path, policy_path = folder / "manifest.toml", shipped("policies") / "models.toml"
    manifest = load_manifest(manifest_path)
    adapter = given.adapter or (folder / manifest.adapter.file if manifest.adapter else None)
    knowledge = Knowledge(
        load_adapter(adapter) if adapter else {},
        load_importance(folder / manifest.importance.file) if manifest.importance else {},
        load_kept(folder / (given.vocabulary or manifest.vocabulary.file))
        if given.vocabulary or manifest.vocabulary
        else None,
    )
    built = replace(
        manifest.built,
        linear=given.linear or manifest.built.linear,
        embedding=given.embedding or manifest.built.embedding,
    )
    with tempfile.TemporaryDirectory() as scratch:
        target = given.out or Path(scratch) / built.file
        requantize(given.base, target, given.name, built, knowledge)
        sha256, size = sha256_of(target), target.stat().st_size
    print(f"{given.name}: {size} bytes, sha256 {sha256}")
    if given.out:
        return
    text = manifest_path.read_text()
    if given.adapter:
        shutil.copyfile(given.adapter, folder / "adapter.gguf")
        text = pinned(text, "adapter", "adapter.gguf", sha256_of(given.adapter), given.adapter.stat().st_size)
    if given.vocabulary:
        kept = folder / given.vocabulary
        text = pinned(text, "vocabulary", given.vocabulary, sha256_of(kept), kept.stat().st_size)
    manifest_path.write_text(pinned(text, "built", built.file, sha256, size))
    policy_path.write_text(policy_path.read_text().replace(manifest.built.sha256, sha256))


def pinned(text: str, section: str, file: str, sha256: str, size: int) -> str:
    """The manifest with this section's file, size and hash; a section that is not there goes before `[built]`'s remarks."""
    pins = f'file = "{file}"\nsize_bytes = {size}\nsha256 = "{sha256}"\n'
    found = re.search(rf"^\[{section}\]\nfile = .*\nsize_bytes = .*\nsha256 = .*\n", text, re.MULTILINE)
    if found:
        return text[: found.start()] + f"[{section}]\n{pins}" + text[found.end() :]
    place = text.index("[importance]")
    return f"{text[:place]}[{section}]\n{pins}\n{text[place:]}"


if __name__ == "__main__":
    main()
