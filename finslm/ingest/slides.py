"""PPTX -> one page a slide: its text, tables, charts and notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree
from pptx.exc import PythonPptxError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.package import Package
from pptx.shapes.group import GroupShape

from finslm.documents import Page, Reading
from finslm.ingest.damage import damage_told
from finslm.ingest.rows import row_text
from finslm.ingest.xml_data import parser

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DRAWN_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"


def read(content: bytes) -> Reading:
    """The slides of a presentation as pages; its title is that of the first slide, or else its property.

    A slide without text stays, empty, so that page numbers stay right.
    """
    with damage_told("PowerPoint presentation", PythonPptxError):
        package: Any = Package.open(io.BytesIO(content))
        slides = package.presentation_part.presentation.slides
        pages = tuple(Page(index, _text(slide)) for index, slide in enumerate(slides))
        title = _title(package, next(iter(slides), None))
    return Reading(MEDIA_TYPE, " ".join(title.split()), pages)


def _title(package: Any, first: Any) -> str:
    shape = first.shapes.title if first is not None else None
    return str(shape.text_frame.text if shape is not None else "") or str(package.core_properties.title)


def _text(slide: Any) -> str:
    lines = ["(hidden slide)"] if slide.element.get("show") == "0" else []
    lines += _lines(slide.shapes)
    lines += _diagrams(slide.part)
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None and notes.text.strip():
        lines.append(f"Notes: {notes.text}")
    return "".join(f"{line}\n" for line in lines if line.strip()).replace("\x0b", "\n")


def _lines(shapes: Iterable[Any]) -> Iterator[str]:
    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _lines(shape.shapes)
        elif shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (row_text(_cells(row)) for row in shape.table.rows)
        elif shape.has_chart:
            yield from _chart(shape.chart)


def _cells(row: Any) -> Iterator[str]:
    return ("" if cell.is_spanned else cell.text for cell in row.cells)


def _chart(chart: Any) -> Iterator[str]:
    """The title of a chart, and its values as the rows of a table."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield chart.chart_title.text_frame.text
    for plot in chart.plots:
        yield row_text(["", *(series.name for series in plot.series)])
        columns = [tuple(series.values) for series in plot.series]
        for index, category in enumerate(plot.categories):
            values = [column[index] if index < len(column) else None for column in columns]
            yield row_text([str(category), *("" if value is None else f"{value:.15g}" for value in values)])


def _diagrams(part: Any) -> Iterator[str]:
    """The texts of SmartArt, which stand in parts of their own."""
    for relation in part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.DIAGRAM_DATA and not relation.is_external:
            for text in etree.fromstring(relation.target_part.blob, parser()).iter(DRAWN_TEXT):
                yield text.text or ""
