"""Folders as they are found on shared drives: each thing that cannot be read costs itself only, and is named."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from finslm.desk import Desk
from finslm.documents import IngestResult
from finslm.errors import EmptyFolder, PathMissing, UnreadableDocument
from finslm.ingest import Listing, file_digest, list_files, path_text, read_document

NOBODY = 65534
LATIN_NAME = b"r\xe9sultats.txt"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users can reach, with one good file."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    (place / "good.txt").write_text("Revenue rose by 6 percent.")
    yield place
    for locked in (path for path in place.iterdir() if path.is_dir() and not path.is_symlink()):
        locked.chmod(0o755)
    shutil.rmtree(place)


@contextlib.contextmanager
def rights_of_nobody() -> Iterator[None]:
    """Root may read everything; where the tests run as root, they look as somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def by_name(results: tuple[IngestResult, ...]) -> dict[str, IngestResult]:
    return {Path(result.path).name: result for result in results}


def test_what_is_no_file_fails_by_name_and_alone(folder: Path, desk: Desk) -> None:
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
        results = by_name(desk.ingest([folder]))
    assert results["good.txt"].status == "stored"
    assert "a named pipe" in str(results["pipe"].error)
    assert "a socket" in str(results["socket"].error)


def test_what_is_named_outright_and_no_file_fails_alone_too(folder: Path, desk: Desk) -> None:
    os.mkfifo(folder / "pipe")
    results = desk.ingest([folder / "pipe", folder / "good.txt"])
    assert [result.status for result in results] == ["failed", "stored"]


def test_links_inside_a_folder_fail_with_a_sentence_and_are_followed_when_named(folder: Path, desk: Desk) -> None:
    (folder / "link.txt").symlink_to(folder / "good.txt")
    (folder / "loop").symlink_to(folder)
    results = by_name(desk.ingest([folder]))
    assert {name: result.status for name, result in results.items()} == {
        "good.txt": "stored",
        "link.txt": "failed",
        "loop": "failed",
    }
    assert "symbolic link" in str(results["link.txt"].error)
    assert list_files([folder]) == Listing((folder / "good.txt",), (folder / "link.txt", folder / "loop"))
    assert list_files([folder / "link.txt"]) == Listing((folder / "link.txt",))
    assert [result.status for result in desk.ingest([folder / "link.txt"])] == ["unchanged"]


def test_a_folder_is_walked_once_and_what_appears_after_that_waits_for_the_next_run(folder: Path, desk: Desk) -> None:
    (folder / "link.txt").symlink_to(folder / "good.txt")
    told: list[Path] = []

    def on_files(files: Sequence[Path]) -> None:
        told.extend(files)
        (folder / "late.txt").write_text("Costs fell.")
        (folder / "late-link.txt").symlink_to(folder / "late.txt")

    results = by_name(desk.ingest([folder], on_files=on_files))
    assert told == [folder / "good.txt"]
    assert {name: result.status for name, result in results.items()} == {"good.txt": "stored", "link.txt": "failed"}


def test_a_link_to_itself_and_a_link_to_nothing_are_told_apart_from_files(folder: Path) -> None:
    (folder / "self").symlink_to(folder / "self")
    (folder / "dangling").symlink_to(folder / "nowhere")
    with pytest.raises(PathMissing):
        list_files([folder / "dangling"])
    with pytest.raises(UnreadableDocument, match="cannot be opened"):
        file_digest(list_files([folder / "self"]).files[0])


def test_a_file_and_a_folder_without_rights_fail_alone(folder: Path) -> None:
    (folder / "locked.txt").write_text("secret")
    (folder / "locked.txt").chmod(0)
    (folder / "closed").mkdir()
    (folder / "closed" / "inside.txt").write_text("secret")
    (folder / "closed").chmod(0)
    with rights_of_nobody():
        files = list_files([folder, folder / "closed" / "inside.txt"]).files
        assert [path.name for path in files] == ["closed", "good.txt", "locked.txt", "inside.txt"]
        for path in (files[0], files[2], files[3]):
            with pytest.raises(UnreadableDocument, match="Permission denied"):
                file_digest(path)
        assert len(file_digest(files[1])) == 64


def test_a_name_that_is_no_utf_8_is_stored_and_printed(folder: Path, desk: Desk) -> None:
    path = folder / os.fsdecode(LATIN_NAME)
    path.write_text("Le chiffre d'affaires progresse de 6 %.")
    result = desk.ingest([path])[0]
    assert result.document is not None
    assert result.document.filename == "r\\xe9sultats.txt"
    assert json.dumps(result.path, ensure_ascii=False).encode()
    assert [document.filename for document in desk.documents()] == ["r\\xe9sultats.txt"]
    assert desk.ingest([path])[0].status == "unchanged"


def test_control_characters_of_a_name_do_not_reach_the_terminal() -> None:
    assert path_text(Path("a\x1b[2J\nb.txt")) == "a\\x1b[2J\\nb.txt"
    assert path_text(Path("Ärger 収益.txt")) == "Ärger 収益.txt"


def test_a_file_that_vanishes_after_it_was_listed_fails_alone(folder: Path) -> None:
    path = list_files([folder]).files[0]
    path.unlink()
    with pytest.raises(UnreadableDocument, match="No such file"):
        file_digest(path)
    with pytest.raises(UnreadableDocument, match="No such file"):
        read_document(path, timeout_s=30, memory_bytes=2**30)


def test_a_folder_nested_a_thousand_deep_is_listed(folder: Path) -> None:
    places = [folder]
    for _ in range(1000):
        places.append(places[-1] / "d")
        places[-1].mkdir()
    deep = places[-1] / "deep.txt"
    deep.write_text("deep")
    assert list_files([folder]).files == (deep, folder / "good.txt")
    deep.unlink()
    for place in reversed(places[1:]):  # rmtree gives up at such a depth
        place.rmdir()


def test_a_line_of_a_gigabyte_is_refused_by_its_size(folder: Path) -> None:
    path = folder / "line.txt"
    with path.open("wb") as file:
        file.truncate(2**30)
    for act in (file_digest, lambda file: read_document(file, timeout_s=30, memory_bytes=2**30)):
        with pytest.raises(UnreadableDocument, match="1,024 MiB large"):
            act(path)


def test_a_line_that_does_not_fit_in_memory_costs_its_file_only(folder: Path) -> None:
    path = folder / "line.txt"
    with path.open("wb") as file:
        for _ in range(150):
            file.write(b"x" * 2**20)
    with pytest.raises(UnreadableDocument, match=r"memory allowed|of text"):
        read_document(path, timeout_s=120, memory_bytes=300 * 2**20)


@pytest.mark.parametrize(
    "content", ["Umsatz: 318 Mio. €".encode("utf-16"), "Umsatz: 318 Mio.".encode("utf-8-sig"), b"Umsatz \xff\xfe 318"]
)
def test_odd_encodings_end_in_text_or_in_one_sentence(folder: Path, content: bytes) -> None:
    path = folder / "odd.txt"
    path.write_bytes(content)
    try:
        assert "318" in read_document(path, timeout_s=30, memory_bytes=2**30).pages[0].text
    except UnreadableDocument as refusal:
        assert "\n" not in str(refusal)


def test_zero_bytes_are_refused_in_one_sentence(folder: Path) -> None:
    path = folder / "zeros.txt"
    path.write_bytes(bytes(4096))
    with pytest.raises(UnreadableDocument, match="binary"):
        read_document(path, timeout_s=30, memory_bytes=2**30)


def test_a_folder_with_links_only_holds_no_file(folder: Path) -> None:
    (folder / "good.txt").unlink()
    (folder / "link.txt").symlink_to("/etc/hostname")
    with pytest.raises(EmptyFolder):
        list_files([folder])
