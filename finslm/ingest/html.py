"""HTML -> text laid out as a browser shows it, tables in columns."""

from __future__ import annotations

import inscriptis
import lxml.etree
import lxml.html
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement

from finslm.documents import Reading
from finslm.ingest.text import decoded, pages_of
from finslm.ingest.xml_data import parser

XHTML = "http://www.w3.org/1999/xhtml"
HEAD_CHARACTERS = 4096
# Facts for machines that no browser shows (Inline XBRL 1.1, section 8).
HIDDEN_FACTS = ("{http://www.xbrl.org/2013/inlineXBRL}header", "{http://www.xbrl.org/2008/inlineXBRL}header")


def read(content: bytes) -> Reading:
    """The pages of an HTML file, an inline XBRL filing among them; its title is its <title>."""
    source = _as_html(decoded(content).lstrip())
    return Reading("text/html", _title(source), pages_of(text_of(source)))


def text_of(source: str) -> str:
    """What a reader of the HTML `source` sees: no scripts, no hidden elements, table cells in aligned columns."""
    css = CSS_PROFILES["strict"] | {"ix:header": HtmlElement(display=Display.none)}
    layout = ParserConfig(css=css, display_links=False, display_images=False)
    return str(inscriptis.get_text(source.lstrip(), layout))


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


def _title(source: str) -> str:
    # As bytes, because lxml refuses a str that declares its encoding.
    tree = lxml.html.document_fromstring(source.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    return " ".join((tree.findtext(".//title") or "").split())
