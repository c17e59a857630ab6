"""Writes OLE compound files (MS-CFB, version 3), the container of Outlook messages and encrypted Office documents."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Mapping

SECTOR, MINI, CUTOFF = 512, 64, 4096
NONE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
ROOT, STORAGE, STREAM = 5, 1, 2
Tree = Mapping[str, "bytes | Tree"]


class Chains:
    """Data laid out in units of one size, with the table that chains them."""

    def __init__(self, unit: int) -> None:
        self.unit, self.data, self.table = unit, b"", []

    def add(self, content: bytes) -> int:
        first, count = len(self.table), -(-len(content) // self.unit)
        self.data += content.ljust(count * self.unit, b"\0")
        self.table += [*range(first + 1, first + count), END] if count else []
        return first if count else END


def compound_file(tree: Tree) -> bytes:
    """The bytes of a compound file that holds the streams and storages of `tree`."""
    sectors, minis, entries = Chains(SECTOR), Chains(MINI), []
    entries.append(b"")
    child = _add(tree, sectors, minis, entries)
    start = sectors.add(minis.data)
    entries[0] = _entry("Root Entry", ROOT, NONE, child, start, len(minis.data))
    directory = sectors.add(b"".join(entries))
    mini_table = struct.pack(f"<{len(minis.table)}I", *minis.table)
    mini_fat = sectors.add(mini_table + b"\xff" * (-len(mini_table) % SECTOR))
    fat_sectors = 1
    while (len(sectors.table) + fat_sectors) * 4 > fat_sectors * SECTOR:
        fat_sectors += 1
    places = range(len(sectors.table), len(sectors.table) + fat_sectors)
    fat = [*sectors.table, *[FAT_SECTOR] * fat_sectors]
    fat += [NONE] * (fat_sectors * SECTOR // 4 - len(fat))
    header = struct.pack(
        "<8s16x5H6x9I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, fat_sectors, directory, 0, CUTOFF, mini_fat, -(-len(mini_table) // SECTOR), END, 0),
    )
    difat = [*places, *[NONE] * (109 - fat_sectors)]
    return header + struct.pack("<109I", *difat) + sectors.data + struct.pack(f"<{len(fat)}I", *fat)


def _add(tree: Tree, sectors: Chains, minis: Chains, entries: list[bytes]) -> int:
    """Adds the entries of one storage, each the right sibling of the one before; gives the first of them."""
    names = sorted(tree, key=lambda name: (len(name), name.upper()))
    places = range(len(entries), len(entries) + len(names))
    entries += [b""] * len(names)
    for place, name in zip(places, names, strict=True):
        right, content = (place + 1 if place + 1 < places.stop else NONE), tree[name]
        if isinstance(content, bytes):
            start = (sectors if len(content) >= CUTOFF else minis).add(content)
            entries[place] = _entry(name, STREAM, right, NONE, start, len(content))
        else:
            entries[place] = _entry(name, STORAGE, right, _add(content, sectors, minis, entries), 0, 0)
    return places.start if names else NONE


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    fields = (encoded.ljust(64, b"\0"), len(encoded) + 2, kind, 1, NONE, right, child, start, size)
    return struct.pack("<64sHBB3I36xIQ", *fields)


def outlook_message(
    properties: Mapping[int, str | bytes | int | dt.datetime], storages: Tree | None = None, *, header: int = 32
) -> Tree:
    """A message, recipient or attachment as a storage; strings are Unicode, bytes binary (MS-OXMSG 2.4)."""
    streams: dict[str, bytes | Tree] = dict(storages or {})
    table = bytes(header)
    for pid, value in properties.items():
        if isinstance(value, int):
            kind, payload = 0x0003, struct.pack("<II", value, 0)
        elif isinstance(value, dt.datetime):
            ticks = int((value - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)).total_seconds()) * 10**7
            kind, payload = 0x0040, struct.pack("<Q", ticks)
        else:
            kind, data = (0x001F, value.encode("utf-16-le")) if isinstance(value, str) else (0x0102, value)
            payload = struct.pack("<II", len(data), 0)
            streams[f"__substg1.0_{pid:04X}{kind:04X}"] = data
        table += struct.pack("<HHI", kind, pid, 6) + payload
    return {**streams, "__properties_version1.0": table}
