"""HTML -> text laid out as a browser shows it, tables in columns."""

from __future__ import annotations

import lxml.etree
import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement

from finslm.documents import Reading
from finslm.ingest.hidden import HIDDEN_NOTE
from finslm.ingest.html_hidden import FACTS, take_out_hidden
from finslm.ingest.text import decoded, pages_of
from finslm.ingest.xml_data import parser

XHTML = "http://www.w3.org/1999/xhtml"
HEAD_CHARACTERS = 4096
# Facts for machines that no browser shows (Inline XBRL 1.1, section 8).
HIDDEN_FACTS = ("{http://www.xbrl.org/2013/inlineXBRL}header", "{http://www.xbrl.org/2008/inlineXBRL}header")


def read(content: bytes) -> Reading:
    """The pages of an HTML file, an inline XBRL filing among them; its title is its <title>."""
    tree = _tree(_as_html(decoded(content).lstrip()))
    notes = (HIDDEN_NOTE,) if take_out_hidden(tree) else ()
    title = " ".join((tree.findtext(".//title") or "").split())
    return Reading("text/html", title, pages_of(_laid_out(tree)), notes=notes)


def text_of(source: str) -> str:
    """What a reader of the HTML `source` sees: no scripts, no hidden elements, table cells in aligned columns."""
    if not source.strip():
        return ""
    tree = _tree(source)
    take_out_hidden(tree)
    return _laid_out(tree)


def _as_html(source: str) -> str:
    """XHTML in the letters of HTML: an HTML parser takes `<div/>` for a div that stays open.

    A page that is no well-formed XHTML stays as it is, for browsers read it too.
    """
    if not (source.startswith("<?xml") or XHTML in source[:HEAD_CHARACTERS]):
        return source
    try:
        tree = lxml.etree.fromstring(source.encode(), parser())
    except lxml.etree.XMLSyntaxError:
        return source
    lxml.etree.strip_elements(tree, *HIDDEN_FACTS, with_tail=False)
    return str(lxml.etree.tostring(tree, method="html", encoding="unicode"))


def _tree(source: str) -> lxml.html.HtmlElement:
    # As bytes, because lxml refuses a str that declares its encoding.
    # Old pages never close their <font>: what lies deeper than 256 would be dropped without a word.
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    content = source.strip().encode("utf-8", "replace")
    try:
        return lxml.html.document_fromstring(content, parser=parser)
    except lxml.etree.ParserError:  # nothing but a comment, say
        return lxml.html.document_fromstring(b"<pre>" + content + b"</pre>", parser=parser)


def _laid_out(tree: lxml.html.HtmlElement) -> str:
    css = CSS_PROFILES["strict"] | {FACTS: HtmlElement(display=Display.none)}
    layout = ParserConfig(css=css, display_links=False, display_images=False)
    return str(Inscriptis(tree, layout).get_text())
