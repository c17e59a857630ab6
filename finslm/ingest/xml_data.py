"""XML -> one line an element: its name, its attributes, its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from finslm.documents import Reading
from finslm.errors import UnreadableDocument
from finslm.ingest.text import decoded, pages_of


def read(content: bytes) -> Reading:
    """The pages of an XML file, such as an XBRL instance or a payment message; its title is the name of its root.

    Entities are not expanded and nothing outside the file is opened. Raises `UnreadableDocument` for one that is not
    well-formed.
    """
    # As UTF-8 again, because lxml refuses a str that declares its encoding.
    source = decoded(content).lstrip().encode()
    try:
        root = etree.fromstring(source, parser())
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument(
            f"the XML is not well-formed, or its entities unfold without measure (line {error.lineno})",
            next_step="get the file again from its source",
        ) from error
    text = "\n".join(filter(None, map(_line, root.iter(etree.Element))))
    return Reading("application/xml", _local(root.tag), pages_of(text + "\n" if text else ""))


def parser() -> Any:
    """A parser for one hostile file: no entity is expanded, no file and no network is asked."""
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )


def _line(element: Any) -> str:
    attributes = [f"{_local(name)}={value}" for name, value in element.attrib.items()]
    text = " ".join("".join(_own_text(element)).split())
    head = " ".join([_local(element.tag), *attributes])
    return f"{head}: {text}" if text else head if attributes else ""


def _own_text(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag is etree.Entity:
            yield child.text or ""
        yield child.tail or ""


def _local(name: str) -> str:
    return name.rpartition("}")[2]
