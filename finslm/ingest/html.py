"""HTML -> text laid out as a browser shows it, tables in columns."""

from __future__ import annotations

import inscriptis
import lxml.html
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

from finslm.documents import Reading
from finslm.ingest.text import decoded, pages_of


def read(content: bytes) -> Reading:
    """The pages of an HTML file; its title is its <title>."""
    source = decoded(content)
    return Reading("text/html", _title(source), pages_of(text_of(source)))


def text_of(source: str) -> str:
    """What a reader of the HTML `source` sees: no scripts, no hidden elements, table cells in aligned columns."""
    layout = ParserConfig(css=CSS_PROFILES["strict"].copy(), display_links=False, display_images=False)
    return str(inscriptis.get_text(source.lstrip(), layout))


def _title(source: str) -> str:
    # As bytes, because lxml refuses a str that declares its encoding.
    tree = lxml.html.document_fromstring(source.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    return " ".join((tree.findtext(".//title") or "").split())
