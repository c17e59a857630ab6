"""HTML -> text laid out as a browser shows it, tables in columns."""

from __future__ import annotations

import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml.etree import ParserError

from finslm.documents import Reading
from finslm.ingest.html_hidden import take_out_hidden
from finslm.ingest.text import decoded, pages_of

HIDDEN_NOTE = "hidden text left out"


def read(content: bytes) -> Reading:
    """The pages of an HTML file; its title is its <title>."""
    tree = _tree(decoded(content))
    notes = (HIDDEN_NOTE,) if take_out_hidden(tree) else ()
    title = " ".join((tree.findtext(".//title") or "").split())
    return Reading("text/html", title, pages_of(_laid_out(tree)), notes)


def text_of(source: str) -> str:
    """What a reader of the HTML `source` sees: no scripts, no hidden elements, table cells in aligned columns."""
    if not source.strip():
        return ""
    tree = _tree(source)
    take_out_hidden(tree)
    return _laid_out(tree)


def _tree(source: str) -> lxml.html.HtmlElement:
    # As bytes, because lxml refuses a str that declares its encoding.
    parser = lxml.html.HTMLParser(encoding="utf-8")
    content = source.strip().encode("utf-8", "replace")
    try:
        return lxml.html.document_fromstring(content, parser=parser)
    except ParserError:  # nothing but a comment, say
        return lxml.html.document_fromstring(b"<pre>" + content + b"</pre>", parser=parser)


def _laid_out(tree: lxml.html.HtmlElement) -> str:
    layout = ParserConfig(css=CSS_PROFILES["strict"].copy(), display_links=False, display_images=False)
    return str(Inscriptis(tree, layout).get_text())
