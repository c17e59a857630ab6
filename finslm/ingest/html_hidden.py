"""Text of an HTML page that no person sees, told by the style that its elements carry themselves.

What only a style sheet hides is not told. Where a style sheet may colour backgrounds, white text is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml.html import HtmlElement

from finslm.ingest.hidden import LEAST_WHITE

LEAST_SIZE = {"": 1.0, "px": 2.0, "pt": 2.0, "em": 0.15, "rem": 0.15, "%": 15.0}
LEAST_OPACITY = 0.05
FAR_OFF = -900.0  # pixels or points to the left of or above the page
NUMBER = re.compile(r"(-?[\d.]+)\s*([a-z%]*)")
HEX_COLOUR = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\b")
RGB_COLOUR = re.compile(r"rgba?\(\s*(\d+)[,\s]+(\d+)[,\s]+(\d+)(?:[,/\s]+([\d.]+))?")
FACTS = "ix:header"  # the machine-readable facts of an iXBRL filing, hidden by rule and no secret

Style = Mapping[str, str]


def take_out_hidden(tree: HtmlElement) -> bool:
    """Takes the elements that nobody sees out of `tree`; whether any had text that a filing does not hide by rule."""
    may_colour = _has_colouring_sheet(tree)
    elements = [element for element in tree.iter() if isinstance(element, HtmlElement)]
    hidden = [element for element in elements if _is_hidden(element, may_colour=may_colour)]
    had_text = False
    for element in hidden:
        had_text = had_text or (bool(element.text_content().strip()) and not _holds_facts(element))
        if element.getparent() is not None:
            element.drop_tree()
    return had_text


def _is_hidden(element: HtmlElement, *, may_colour: bool) -> bool:
    if element.get("hidden") is not None or element.tag == "template":
        return True
    style = _style_of(element)
    colour = style.get("color") or (element.get("color") or "").lower()
    if not style and not colour:
        return False
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or _is_small(style.get("font-size", ""))
        or _number(style.get("opacity", "1"))[0] < LEAST_OPACITY
        or _is_far_off(style)
        or _is_transparent(colour)
        or (_is_white(colour) and not may_colour and not _has_backdrop(element))
    )


def _style_of(element: HtmlElement) -> Style:
    pairs = (part.partition(":") for part in (element.get("style") or "").lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def _number(value: str) -> tuple[float, str]:
    found = NUMBER.match(value)
    try:
        return (float(found[1]), found[2]) if found else (float("inf"), "")
    except ValueError:  # "1.2.3"
        return float("inf"), ""


def _is_small(size: str) -> bool:
    number, unit = _number(size)
    return number < LEAST_SIZE.get(unit, 0)


def _is_far_off(style: Style) -> bool:
    places = ["text-indent"]
    if style.get("position") in ("absolute", "fixed"):
        places += ["left", "top", "margin-left", "margin-top"]
    return any(_number(style.get(place, ""))[0] <= FAR_OFF for place in places)


def _is_transparent(colour: str) -> bool:
    found = RGB_COLOUR.match(colour)
    return colour == "transparent" or bool(found and found[4] and _number(found[4])[0] < LEAST_OPACITY)


def _is_white(colour: str) -> bool:
    if colour == "white":
        return True
    if found := HEX_COLOUR.match(colour):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return min(bytes.fromhex(digits)) >= LEAST_WHITE
    found = RGB_COLOUR.match(colour)
    return found is not None and min(int(part) for part in found.group(1, 2, 3)) >= LEAST_WHITE


def _has_backdrop(element: HtmlElement) -> bool:
    """Whether the nearest background behind an element is anything but white."""
    for place in (element, *element.iterancestors()):
        style = _style_of(place)
        background = style.get("background-color") or style.get("background") or (place.get("bgcolor") or "").lower()
        if background and background not in ("none", "transparent", "inherit", "initial"):
            return not _is_white(background)
    return False


def _has_colouring_sheet(tree: HtmlElement) -> bool:
    return bool(tree.xpath("//link[contains(@rel, 'stylesheet')] | //style[contains(., 'background')]"))


def _holds_facts(element: HtmlElement) -> bool:
    return any(part.tag == FACTS for part in element.iter())
