"""Text of a Word document that no person sees, told by what its runs carry themselves.

What a style hides is not told. Where a style, a table or a text box may colour the ground, white text is left alone.
"""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

from finslm.ingest.hidden import LEAST_WHITE

LEAST_SIZE = 4  # half points
COLOURED = (qn("w:tbl"), qn("w:txbxContent"))


def is_hidden(run: Any) -> bool:
    """Is the text of this element hidden by rule, tiny, or white on white?"""
    look = run.find(qn("w:rPr"))
    if look is None:
        return False
    vanish, size = look.find(qn("w:vanish")), look.find(qn("w:sz"))
    is_vanished = vanish is not None and vanish.get(qn("w:val"), "true") not in ("0", "false", "off")
    is_tiny = size is not None and size.get(qn("w:val"), "").isdigit() and int(size.get(qn("w:val"))) < LEAST_SIZE
    return is_vanished or is_tiny or (_is_white(look) and not _may_stand_on_colour(run, look))


def _is_white(look: Any) -> bool:
    colour = look.find(qn("w:color"))
    try:
        parts = bytes.fromhex(colour.get(qn("w:val"), "") if colour is not None else "")
    except ValueError:  # `auto`
        return False
    return len(parts) == 3 and min(parts) >= LEAST_WHITE


def _may_stand_on_colour(run: Any, look: Any) -> bool:
    if look.find(qn("w:shd")) is not None or look.find(qn("w:highlight")) is not None:
        return True
    above = list(run.iterancestors())
    paragraph = next((element for element in above if element.tag == qn("w:p")), None)
    settings = None if paragraph is None else paragraph.find(qn("w:pPr"))
    is_styled = settings is not None and any(settings.find(qn(name)) is not None for name in ("w:shd", "w:pStyle"))
    has_ground = above and above[-1].find(qn("w:background")) is not None
    return is_styled or has_ground or any(element.tag in COLOURED for element in above)
