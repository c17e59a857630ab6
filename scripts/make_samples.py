"""Makes the PDF samples in data/samples: the same bytes every time.

The text samples (.eml, .html, .txt) stand there as they are. All companies and people are invented.

    python scripts/make_samples.py
"""

from __future__ import annotations

import io
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"
STYLES = getSampleStyleSheet()
Rows = list[list[str]]
Block = str | Rows

RESULTS: list[Block] = [
    "# Northmere Controls plc",
    "## Results for the third quarter, 6 November 2025",
    "Northmere Controls plc, the maker of valves and flow meters, today announces its results for the three months to "
    "30 September 2025. Revenue rose to £214.6 million and operating profit to £31.4 million.",
    [
        ["£ million, three months to 30 September", "2025", "2024"],
        ["Revenue", "214.6", "187.9"],
        ["Cost of sales", "(128.2)", "(115.3)"],
        ["Gross profit", "86.4", "72.6"],
        ["Operating expenses", "(55.0)", "(49.1)"],
        ["Operating profit", "31.4", "23.5"],
        ["Finance costs", "(3.2)", "(3.6)"],
        ["Profit before tax", "28.2", "19.9"],
        ["Tax", "(6.9)", "(4.9)"],
        ["Profit for the period", "21.3", "15.0"],
        ["Earnings per share (pence)", "14.8", "10.4"],
    ],
    "Order intake was £240.2 million (2024: £191.5 million), led by water utilities in Spain and Chile. Net debt fell to "
    "£96.7 million. The Board has declared an interim dividend of 4.5 pence a share, payable on 12 December 2025.",
    "“The order book is the longest that we have had,” said Beatrice Kellaway, Chief Executive. “We now expect operating "
    "profit for the year at the upper end of the range of £112 million to £118 million.”",
    "Enquiries: Investor Relations, ir@northmere-controls.example, +44 20 7946 0321.",
]
COVENANT: list[Block] = [
    "# Calder Bank, Agency Services",
    "## Notice under the Credit Agreement dated 14 February 2023",
    "To: the Lenders. Borrower: Tarnbrook Retail Holdings Limited. Facility: revolving credit of £180,000,000.",
    "We have received the compliance certificate for the quarter that ended on 28 June 2025. It shows the following.",
    [
        ["Test", "Covenant", "28 June 2025", "29 March 2025"],
        ["Leverage (net debt to EBITDA)", "not above 3.25 times", "3.41 times", "3.08 times"],
        ["Interest cover", "not below 4.00 times", "3.72 times", "4.35 times"],
        ["Net debt (£ million)", "", "214.8", "203.6"],
        ["EBITDA, twelve months (£ million)", "", "63.0", "66.1"],
    ],
    "The leverage covenant and the interest cover covenant are therefore breached. This is an Event of Default under clause "
    "23.2 of the Agreement unless it is waived by the Majority Lenders.",
    "The Borrower requests a waiver for two test dates and offers a fee of 25 basis points. Lenders are asked to reply by "
    "5.00 p.m. on 8 August 2025. No drawing may be made before the waiver is given.",
    "Agent contact: agency.desk@calder-bank.example.",
]
INVOICE: list[Block] = [
    "# INVOICE",
    "Brightwell Data Services GmbH, Kaiserallee 41, 76133 Karlsruhe. VAT DE 811 907 655",
    "Invoice number: BDS-2025-00417. Invoice date: 1 September 2025. Due date: 1 October 2025.",
    "Bill to: Larkfield Securities Ltd, Accounts payable, 22 Finsbury Yard, London EC2.",
    [
        ["Item", "Quantity", "Price (EUR)", "Amount (EUR)"],
        ["Market data feed, level 2, September", "1", "6,400.00", "6,400.00"],
        ["Additional terminals", "12", "185.00", "2,220.00"],
        ["Historical tick archive", "1", "1,150.00", "1,150.00"],
        ["Subtotal", "", "", "9,770.00"],
        ["VAT 19 %", "", "", "1,856.30"],
        ["Total amount due", "", "", "11,626.30"],
    ],
    "Please pay within 30 days to IBAN DE89 3704 0044 0532 0130 00, quoting the invoice number. Late payment bears interest at 9 "
    "percentage points above the base rate.",
]
FUND: list[Block] = [
    "# Ashgrove Global Income Fund",
    "## Quarterly report to 30 June 2025",
    "The Fund returned 2.8% in the quarter, net of fees, against 2.1% for its benchmark. Net asset value was USD 1,284.5 million "
    "at the end of June (March: USD 1,231.0 million). The ongoing charge was 0.68%.",
    [
        ["Sector", "Weight 30 June (%)", "Weight 31 March (%)"],
        ["Financials", "24.1", "22.6"],
        ["Health care", "17.8", "18.9"],
        ["Industrials", "15.2", "14.0"],
        ["Consumer staples", "13.6", "15.1"],
        ["Utilities", "9.4", "9.8"],
        ["Other and cash", "19.9", "19.6"],
    ],
    "We added to two European insurers after their results and sold the last of our holding in a drinks maker. A distribution of "
    "USD 0.31 a share was paid on 27 June 2025.",
    "Portfolio manager: Ashgrove Asset Management LLP. Past performance is no guide to the future.",
]
STATEMENT = """CALDER BANK
STATEMENT OF ACCOUNT                               Page 1 of 1
Account holder   WEATHERLY INSTRUMENTS PENSION TRUST
IBAN             GB82 WEST 1234 5698 7654 32
Period           1 MAY 2025 TO 31 MAY 2025

DATE      DETAILS                          DEBIT       CREDIT      BALANCE
01 MAY    BALANCE BROUGHT FORWARD                                84,310.22
06 MAY    CONTRIBUTIONS MAY                        12,450.00     96,760.22
12 MAY    PENSION PAYROLL               31,208.75                65,551.47
19 MAY    CUSTODY FEE Q1                   812.40                64,739.07
23 MAY    DIVIDEND ASHGROVE FUND                    4,960.31     69,699.38
28 MAY    TRANSFER TO ASHGROVE          25,000.00                44,699.38
31 MAY    BALANCE CARRIED FORWARD                                44,699.38

TOTAL DEBITS   57,021.15        TOTAL CREDITS   17,410.31
"""


def write_report(name: str, title: str, blocks: list[Block]) -> None:
    """Writes a typeset PDF: `#` and `##` are headings, lists of rows are tables with figures to the right."""
    story: list[Paragraph | Spacer | Table] = []
    for block in blocks:
        story.append(_table(block) if isinstance(block, list) else _paragraph(block))
        story.append(Spacer(1, 9))
    SimpleDocTemplate(str(SAMPLES / name), pagesize=A4, title=title, author="", invariant=1).build(story)


def write_scan(name: str, title: str, text: str) -> None:
    """Writes a PDF like a scanner's: a slightly crooked, noisy picture over an invisible text layer."""
    width, height = A4
    canvas = Canvas(str(SAMPLES / name), pagesize=A4, invariant=1)
    canvas.setTitle(title)
    layer = canvas.beginText(57, height - 80)
    layer.setTextRenderMode(3)
    layer.setFont("Courier", 9.6)
    layer.setLeading(15)
    for line in text.splitlines():
        layer.textLine(line)
    canvas.drawText(layer)
    canvas.drawImage(ImageReader(_crooked_picture(text)), 0, 0, width, height)
    canvas.save()


def write_malformed(name: str, whole: bytes) -> None:
    """Writes a PDF that a broken transfer left: cut in the middle, its objects overwritten, its table of contents lost."""
    rng = random.Random(7)
    head = bytearray(whole[: len(whole) // 3].replace(b"obj", b"0bj"))
    for _ in range(len(head) // 20):
        head[rng.randrange(16, len(head))] = rng.randrange(256)
    (SAMPLES / name).write_bytes(bytes(head))


def _paragraph(text: str) -> Paragraph:
    for mark, style in (("## ", "Heading2"), ("# ", "Title")):
        if text.startswith(mark):
            return Paragraph(text.removeprefix(mark), STYLES[style])
    return Paragraph(text, STYLES["BodyText"])


def _table(rows: Rows) -> Table:
    style = [
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9),
        ("FONT", (0, 1), (-1, -1), "Helvetica", 9),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, "black"),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, "black"),
    ]
    return Table(rows, style=TableStyle(style), hAlign="LEFT")


def _crooked_picture(text: str) -> io.BytesIO:
    rng = random.Random(3)
    page = Image.new("L", (1240, 1754), 244)
    draw = ImageDraw.Draw(page)
    # Pillow's own font, so that every machine draws the same; its letters are spaced as a typewriter's.
    font = ImageFont.load_default(size=22)
    for row, line in enumerate(text.splitlines()):
        for column, letter in enumerate(line):
            draw.text((118 + column * 13.4, 150 + row * 31), letter, font=font, fill=40)
    for _ in range(2500):
        draw.point((rng.randrange(1240), rng.randrange(1754)), fill=rng.randrange(90, 200))
    picture = io.BytesIO()
    page.rotate(0.7, fillcolor=244, resample=Image.Resampling.BILINEAR).save(picture, "JPEG", quality=45)
    picture.seek(0)
    return picture


def main() -> None:
    """Makes all PDF samples."""
    rl_config.invariant = 1
    write_report("results-release-northmere-q3-2025.pdf", "Results for the third quarter 2025", RESULTS)
    write_report("covenant-notice-tarnbrook.pdf", "Notice under the Credit Agreement", COVENANT)
    write_report("invoice-brightwell-bds-2025-00417.pdf", "Invoice BDS-2025-00417", INVOICE)
    write_report("fund-report-ashgrove-q2-2025.pdf", "Quarterly report to 30 June 2025", FUND)
    write_scan("bank-statement-scan-may-2025.pdf", "Statement of account", STATEMENT)
    whole = (SAMPLES / "fund-report-ashgrove-q2-2025.pdf").read_bytes()
    write_malformed("board-minutes-damaged.pdf", whole)


if __name__ == "__main__":
    main()
