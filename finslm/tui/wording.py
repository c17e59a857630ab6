"""Values in words: what the widgets show for an answer, a triage record, an audit entry. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from textual.content import Content

from finslm.documents import Answer, AuditEntry, AuditReport, Figure, TriageRecord
from finslm.tui.plain_text import one_line

BAR_CELLS = 10


def answer_details(answer: Answer, seconds: float) -> Content:
    """The value, its scale and unit, the program that computed it, the confidence and the time it took."""
    rows = []
    if answer.value is not None:
        rows.append(_row("value", amount(answer.value, answer.scale, answer.unit)))
    if answer.spans and len(answer.spans) > 1:
        rows.append(_row("parts", " · ".join(one_line(span, 60) for span in answer.spans)))
    if answer.program:
        rows.append(_row("program", one_line(answer.program), style="$secondary"))
    rows.append(
        Content.assemble(
            _row("confidence", ""), confidence(answer.confidence), (f"   {seconds:.1f} s", "$foreground 60%")
        )
    )
    return Content("\n").join(rows)


def answer_as_note(answer: Answer, document_names: Mapping[str, str]) -> str:
    """The answer with its program and its sources as plain text, to be pasted into a note."""
    lines = [answer.answer]
    if answer.program:
        lines.append(f"computed: {answer.program}")
    for number, citation in enumerate(answer.citations, start=1):
        name = document_names.get(citation.doc, citation.doc)
        lines.append(f'[{number}] {name}, page {citation.page + 1}: "{one_line(citation.quote)}"')
    return "\n".join(lines)


def amount(value: Decimal, scale: str, unit: str | None) -> str:
    """A number as it is read: `1,577 million USD`, `12.5 %`."""
    number = f"{value:,f}"
    if scale == "percent" or unit == "percent":
        return f"{number} %"
    return " ".join(part for part in (number, "" if scale in {"none", "one"} else scale, unit or "") if part)


def confidence(probability: float) -> Content:
    """A bar of ten cells and the percentage; its colour says whether to lean on it."""
    filled = round(probability * BAR_CELLS)
    colour = "$success" if probability >= 0.7 else "$warning" if probability >= 0.4 else "$error"
    return Content.assemble(
        ("━" * filled, colour), ("━" * (BAR_CELLS - filled), "$surface-lighten-2"), f" {probability:.0%}"
    )


def record_details(record: TriageRecord) -> Content:
    """Everything triage found about one file, in the order in which a reviewer needs it."""
    blocks = [_record_head(record)]
    if record.error:
        blocks.append(Content.styled(one_line(record.error), "$error"))
    blocks += [
        _block(
            "Reasons for review" if record.needs_review else "Reasons", [one_line(reason) for reason in record.reasons]
        )
    ]
    blocks += [_block("Summary", [f"{one_line(line.text)}  (p. {line.page + 1})" for line in record.summary])]
    blocks += [_block("Figures", [_figure(figure) for figure in record.figures])]
    blocks += [_block("Events", [one_line(event) for event in record.events])]
    blocks += [_block("Personal data", [f"{found.type} on page {found.page + 1}" for found in record.pii])]
    if record.duplicate_of:
        blocks.append(_block("Duplicate of", [one_line(record.duplicate_of)]))
    return Content("\n\n").join(block for block in blocks if block)


def _record_head(record: TriageRecord) -> Content:
    facts = (record.doc_type, record.issuer, record.period, record.language)
    routing = (record.queue, record.priority, record.sensitivity, record.sentiment)
    return Content.assemble(
        (" · ".join(one_line(fact) for fact in facts if fact) or record.status, "bold"),
        "\n",
        (" · ".join(one_line(word) for word in routing if word), "$foreground 60%"),
    )


def _figure(figure: Figure) -> str:
    value = amount(figure.value, figure.scale, figure.unit)
    return f"{one_line(figure.name)}  {value}  {one_line(figure.period)}  (p. {figure.page + 1})"


def _block(title: str, lines: list[str]) -> Content:
    if not lines:
        return Content("")
    return Content.assemble((title, "bold $accent"), *(f"\n  {line}" for line in lines))


def entry_details(entry: AuditEntry) -> Content:
    """One audit entry in full."""
    rows = [
        _row("entry", str(entry.index)),
        _row("time", entry.time),
        _row("user", one_line(entry.user)),
        _row("action", one_line(entry.action)),
        _row("resource", one_line(entry.resource)),
        _row("outcome", entry.outcome),
        _row("policy", one_line(entry.policy)),
        *(_row(one_line(name), one_line(str(value))) for name, value in entry.details.items()),
    ]
    return Content("\n").join(rows)


def report_sentence(report: AuditReport) -> str:
    """What a passed verification says."""
    words = f"The log verifies: {report.entries} entries, root {report.root[:16]}…"
    words += f", checkpoint over {report.checkpoint_size}"
    if report.witness_size is not None:
        words += f", and it extends the witness of {report.witness_size} entries"
    return words


def _row(name: str, value: str, style: str = "") -> Content:
    return Content.assemble((f"{name:<11}", "$foreground 60%"), (value, style))
