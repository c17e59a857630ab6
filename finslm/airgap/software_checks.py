"""The libraries under FinSLM, each tried once."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator

from finslm.airgap.check import Check
from finslm.errors import FinslmError

REINSTALL = "reinstall FinSLM with its dependencies"
BETTER_KERNEL = (
    "use a kernel of Linux 5.13 or newer with seccomp, Landlock and user namespaces, and a container that allows them"
)
TINY_GRAMMAR = 'start: "yes" | "no"'


def packages() -> Iterator[Check]:
    """What FinSLM declares to need, and which versions are here."""
    try:
        declared = importlib.metadata.requires("finslm") or []
    except importlib.metadata.PackageNotFoundError:
        yield Check("packages", "warning", "FinSLM runs from a folder, not installed", "`pip install .` there")
        return
    names = [_name(line) for line in declared if "extra ==" not in line]
    versions = {name: _version(name) for name in names}
    if missing := [name for name, version in versions.items() if not version]:
        yield Check("packages", "failure", f"missing: {', '.join(missing)}", REINSTALL)
    else:
        yield Check("packages", "ok", ", ".join(f"{name} {version}" for name, version in versions.items()))


def cipher_and_search() -> Check:
    """Whether the encrypted store opens and its full-text search works."""
    try:
        import sqlcipher3  # noqa: PLC0415 - its absence is the finding
    except ImportError as error:
        return Check("SQLCipher", "failure", str(error), REINSTALL)
    connection = sqlcipher3.connect(":memory:")
    try:
        version = connection.execute("PRAGMA cipher_version").fetchone()
        connection.execute("CREATE VIRTUAL TABLE trial USING fts5(text)")
        connection.execute("INSERT INTO trial (trial, rank) VALUES ('secure-delete', 1)")
    except sqlcipher3.DatabaseError as error:
        return Check("SQLCipher", "failure", f"full-text search does not work: {error}", REINSTALL)
    finally:
        connection.close()
    if version is None:
        return Check("SQLCipher", "failure", "this SQLite does not encrypt", REINSTALL)
    return Check("SQLCipher", "ok", f"SQLCipher {version[0]} with FTS5")


def constrained_decoding() -> Check:
    """Whether a grammar can be compiled."""
    try:
        import llguidance  # noqa: PLC0415
    except ImportError as error:
        return Check("llguidance", "failure", str(error), REINSTALL)
    problem = llguidance.LLMatcher.validate_grammar(llguidance.LLMatcher.grammar_from_lark(TINY_GRAMMAR))
    if problem:
        return Check("llguidance", "failure", f"it refuses a plain grammar: {problem}", REINSTALL)
    return Check("llguidance", "ok", str(llguidance.__version__))


def reading_process() -> Iterator[Check]:
    """Which protections hold around the process that reads documents, as that process finds them."""
    from finslm.ingest import ESSENTIAL_PROTECTIONS, reader_protections  # noqa: PLC0415 - loads the readers

    try:
        for name, holds in reader_protections():
            yield _protection(name, holds=holds, is_essential=name in ESSENTIAL_PROTECTIONS)
    except FinslmError as error:
        yield Check("reading", "failure", error.happened, REINSTALL)


def optical_recognition() -> Check:
    """Whether scanned pages can be read, tried on a picture of a figure, as the confined process reads one."""
    from finslm.ingest import OCR_INSTALL, ocr_version, recognises  # noqa: PLC0415 - loads the readers

    version = ocr_version()
    if not version:
        return Check("OCR", "ok", "not installed: scanned pages are named, not read", OCR_INSTALL)
    if not recognises():
        return Check("OCR", "warning", f"{version}: a trial picture is not read", REINSTALL)
    return Check("OCR", "ok", version)


def _protection(name: str, *, holds: bool, is_essential: bool) -> Check:
    if holds:
        return Check(f"reading: {name}", "ok", "holds")
    if is_essential:
        return Check(f"reading: {name}", "failure", "does not hold: no document will be read", BETTER_KERNEL)
    return Check(f"reading: {name}", "warning", "does not hold", BETTER_KERNEL)


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return found.group() if found else requirement


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
