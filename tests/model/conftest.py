"""The tiny model and the server that offers it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from shelf import Handler, Shelf
from tiny_model import TinyModel, make_tiny_model


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    offered = Shelf({})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, offered))
    offered.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield offered
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tiny(tmp_path: Path, shelf: Shelf) -> TinyModel:
    folder = tmp_path / "offered"
    folder.mkdir()
    return make_tiny_model(folder, shelf)
