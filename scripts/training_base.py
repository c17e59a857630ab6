"""Writes a base as a long run elsewhere needs it: its embedding once, and of its vocabulary only the tokens that are kept.

The weights of its layers are copied as they are. The file travels in pieces, and examples packed with it have the tokens
that the built model reads.

    python scripts/training_base.py finslm-0.5b --base BASE.gguf --out training.gguf
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gguf import GGUFReader, GGUFWriter

from finslm.config import shipped
from finslm.model.manifest import load_manifest
from finslm.model.requantize import Knowledge, copy_metadata, held_tensors
from finslm.model.vocabulary import load_kept


def main() -> None:
    """Copies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    folder = shipped("data") / "models" / given.name
    manifest = load_manifest(folder / "manifest.toml")
    kept = load_kept(folder / manifest.vocabulary.file) if manifest.vocabulary else None
    reader = GGUFReader(given.base)
    writer = GGUFWriter(given.out, manifest.architecture)
    copy_metadata(reader, writer, given.name, manifest.built, Knowledge(kept=kept))
    for held in held_tensors(reader, kept):
        writer.add_tensor(held.name, held.data, raw_dtype=held.type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
