"""An analyst's name, passphrase and report, and how a test waits for the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from textual.events import Paste
from textual.pilot import Pilot

PASSPHRASE = "correct horse battery staple"
USER = "mira"
REPORT_PAGES = (
    (
        "Nordhavn Logistics Plc",
        "Annual report 2023",
        "Revenue rose to EUR 1,577.4 million from EUR 1,412.9 million in 2022.",
        "Operating profit was EUR 276.2 million, against EUR 214.5 million in 2022.",
    ),
    (
        "Dividend",
        "The board proposes a dividend of EUR 0.85 a share, payable on 17 May 2024.",
    ),
    (
        "Covenants",
        "Net debt to EBITDA stood at 2.1, below the covenant limit of 3.5.",
    ),
)

Settle = Callable[[Pilot[None]], Awaitable[None]]


def paste(pilot: Pilot[None], text: str) -> None:
    """Pastes text into what has the focus, as a terminal does."""
    pilot.app.post_message(Paste(text))


def write_report(path: Path) -> None:
    """Writes the report, one page a part."""
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    canvas.setTitle("Nordhavn annual report 2023")
    for lines in REPORT_PAGES:
        text = canvas.beginText(72, 770)
        text.textLines("\n".join(lines))
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
