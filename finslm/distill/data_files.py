"""Data files of the laboratory: JSON lines, packed or not, and whole JSON files. What is broken is named by file and place."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from finslm.errors import BrokenData, BrokenLine, PathMissing

Fields = dict[str, Any]


def present(path: Path, what: str = "file") -> Path:
    """The path of a data file that is there. Raises PathMissing."""
    if not path.is_file():
        raise PathMissing(f"there is no {what} {path}", next_step="see DATA.md for where it lies")
    return path


def json_lines(path: Path, form: type[BaseModel] | None = None) -> Iterator[tuple[int, Fields]]:
    """The objects of a file of JSON lines, each of the given form, with their line numbers.

    Raises PathMissing, and BrokenLine at the first line that is none.
    """
    for number, line in each_line(path, form):
        if isinstance(line, BrokenLine):
            raise line
        yield number, line


def each_line(path: Path, form: type[BaseModel] | None = None) -> Iterator[tuple[int, Fields | BrokenLine]]:
    """The same, which goes on behind a broken line. Raises PathMissing, and BrokenLine where a packed file is damaged."""
    number = 0
    with present(path).open("rb") as file:
        lines: Iterable[bytes] = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _object(line, form, path, number)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BrokenLine(path, number + 1, "it cannot be unpacked") from error


def whole_json(path: Path, form: TypeAdapter[Any], what: str = "file") -> Any:
    """The content of a file that is one JSON value of the given form. Raises PathMissing and BrokenData."""
    data = present(path, what).read_bytes()
    try:
        content = _parsed(data)
        form.validate_python(content, strict=True)
    except json.JSONDecodeError as error:
        raise BrokenLine(path, error.lineno, f"{error.msg} (column {error.colno})") from error
    except ValidationError as error:
        place, what_is_wrong = _first(error)
        raise BrokenData(path, f"entry {place}" if place else "the whole", what_is_wrong) from error
    except (ValueError, RecursionError) as error:
        raise BrokenData(path, "the whole", "it is no JSON") from error
    return content


def misfit(fields: Fields, form: type[BaseModel]) -> str | None:
    """What keeps an object from being of a form; None when it is."""
    try:
        form.model_validate(fields, strict=True)
    except ValidationError as error:
        place, what = _first(error)
        return f"{place}: {what}" if place else what
    return None


def _object(line: bytes, form: type[BaseModel] | None, path: Path, number: int) -> Fields | BrokenLine:
    try:
        fields = _parsed(line)
    except json.JSONDecodeError as error:
        return BrokenLine(path, number, error.msg)
    except (ValueError, RecursionError):
        return BrokenLine(path, number, "it is no JSON")
    if not isinstance(fields, dict):
        return BrokenLine(path, number, "it is no object")
    wrong = misfit(fields, form) if form else None
    return BrokenLine(path, number, wrong) if wrong else fields


def _parsed(data: bytes) -> Any:
    """The value of UTF-8 JSON as the standard has it: NaN and Infinity are none."""
    return json.loads(data.decode("utf-8"), parse_constant=_no_number)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _first(error: ValidationError) -> tuple[str, str]:
    """The place of the first thing that is wrong, and what that is; never the content."""
    first = error.errors(include_input=False, include_url=False)[0]
    return ".".join(map(str, first["loc"])), first["msg"]
