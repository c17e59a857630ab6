"""A web server on this machine: a package index and files, with Range requests and, when told so, faults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler


@dataclass
class Shelf:
    """What the server offers, how it misbehaves, and what it was asked: (path, Range header) in order."""

    files: dict[str, bytes]
    url: str = ""
    cut_at: dict[str, list[int]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    ranges: bool = True

    def change_one_byte(self, name: str) -> None:
        changed = bytearray(self.files[name])
        changed[len(changed) // 2] ^= 1
        self.files[name] = bytes(changed)


class Handler(BaseHTTPRequestHandler):
    """A package index under /simple/ and files under /files/, with Range requests."""

    def __init__(self, shelf: Shelf, *args: object) -> None:
        self.shelf = shelf
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        place, _, name = self.path.strip("/").partition("/")
        if place == "simple":
            self._send_index(name)
        elif name in self.shelf.files:
            self._send_file(name)
        else:
            self.send_error(404)

    def _send_index(self, package: str) -> None:
        wheels = [name for name in self.shelf.files if name.startswith(package.replace("-", "_") + "-")]
        if not wheels:
            self.send_error(404)
            return
        links = "".join(f'<a href="{self.shelf.url}/files/{name}">{name}</a>' for name in wheels)
        self._send(200, f"<html><body>{links}</body></html>".encode(), {"Content-Type": "text/html"})

    def _send_file(self, name: str) -> None:
        body, asked = self.shelf.files[name], self.headers.get("Range", "")
        self.shelf.asked.append((name, asked))
        start = int(re.findall(r"\d+", asked)[0]) if asked and self.shelf.ranges else 0
        headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
        cuts = self.shelf.cut_at.get(name, [])
        self._send(206 if start else 200, body[start:], headers, cut=cuts.pop(0) - start if cuts else None)

    def _send(self, status: int, body: bytes, headers: dict[str, str], cut: int | None = None) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body[:cut])
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""
