"""The right page of the right document, through the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finslm.config import Settings
from finslm.desk import Desk

BALANCE = """{name}
CONSOLIDATED BALANCE SHEETS
(in millions) December 31, {year} {before}
Cash and cash equivalents 1,204 1,133
Accounts receivable 2,310 2,118
Inventories 1,870 1,655
Total current assets 5,384 4,906
Property and equipment, net 9,120 8,804
Goodwill 3,011 3,011
Total assets 17,515 16,721
Accounts payable 1,422 1,377
Total current liabilities 3,655 3,498
Long-term debt 6,200 6,450
Total liabilities 9,855 9,948
Retained earnings 7,001 6,120
Total stockholders' equity 7,660 6,773
"""
INCOME = """{name}
CONSOLIDATED STATEMENTS OF INCOME
(in millions, except per share) Year ended December 31, {year} {before}
Net sales 21,400 20,050
Cost of sales 13,910 13,233
Gross profit 7,490 6,817
Selling, general and administrative 4,020 3,877
Operating income 3,470 2,940
Interest expense 310 322
Income before income taxes 3,160 2,618
Income tax 664 571
Net income 2,496 2,047
Earnings per share, basic 4.16 3.39
Earnings per share, diluted 4.11 3.35
"""
NOTES = """Notes to consolidated financial statements of {name}
Note 5. Inventories. Inventories are stated at the lower of cost and net realizable value; inventories of
{name} consist of finished goods. Inventories are counted yearly; inventories of spare parts are expensed.
"""
COVER = """FORM 10-K
For the fiscal year ended December 31, {year}
{name}
(Exact name of registrant as specified in its charter)
"""


def filing(folder: Path, name: str, year: int) -> None:
    values = {"name": name, "year": year, "before": year - 1}
    pages = (COVER, "{name} makes and sells tools. Our customers are builders.", NOTES, INCOME, BALANCE)
    file = folder / f"{name.split(maxsplit=1)[0].lower()}-{year}-10k.txt"
    file.write_text("\f".join(page.format(**values) for page in pages))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("filings")
    for name in ("Northmere Tools Inc.", "Castellan Works Inc.", "Halden Foundry plc"):
        for year in (2021, 2022, 2023):
            filing(folder, name, year)
    with Desk.create(tmp_path_factory.mktemp("vault") / "v", "ledger orchard", user="ann", settings=Settings()) as desk:
        desk.ingest([folder])
        yield desk


@pytest.mark.parametrize(
    ("question", "file", "page"),
    [
        ("What is the year end FY2022 amount of inventories for Castellan Works?", "castellan-2022-10k.txt", 4),
        ("What is Northmere's FY2021 gross margin?", "northmere-2021-10k.txt", 3),
        ("What is Halden Foundry's quick ratio in FY2023?", "halden-2023-10k.txt", 4),
        ("Who are the customers of Halden Foundry as of FY2022?", "halden-2022-10k.txt", 1),
    ],
)
def test_the_page_that_answers_comes_first(desk: Desk, question: str, file: str, page: int) -> None:
    best = desk.search(question)[0]
    assert (best.document.filename, best.passage.page) == (file, page)


def test_without_a_year_the_latest_filing_comes_first(desk: Desk) -> None:
    assert desk.search("What is the gross margin of Castellan Works?")[0].document.filename == "castellan-2023-10k.txt"


def test_a_named_document_is_the_only_one_searched(desk: Desk) -> None:
    hits = desk.search("gross margin of Castellan Works", documents=["halden-2021-10k.txt"])
    assert {hit.document.filename for hit in hits} == {"halden-2021-10k.txt"}
    assert hits[0].passage.page == 3


def test_a_passage_is_exactly_what_stands_on_its_page(desk: Desk) -> None:
    for hit in desk.search("What is Northmere's FY2021 gross margin?"):
        page = desk.page(hit.document.id, hit.passage.page)
        assert page.text[hit.passage.start : hit.passage.end] == hit.passage.text


@pytest.mark.parametrize(
    ("questions", "file", "page"),
    [
        (["What is Northmere's FY2021 gross margin?", "And in FY2023?"], "northmere-2023-10k.txt", 3),
        (["What is Northmere's FY2021 gross margin?", "And that of Halden Foundry?"], "halden-2021-10k.txt", 3),
        (["What is Northmere's FY2021 gross margin?", "And its inventories?"], "northmere-2021-10k.txt", 4),
        (["Castellan's FY2022 quick ratio?", "And in 2021?", "And the net margin?"], "castellan-2021-10k.txt", 3),
        (
            ["Castellan's FY2022 quick ratio?", "What is Halden Foundry's FY2022 gross margin?"],
            "halden-2022-10k.txt",
            3,
        ),
    ],
)
def test_a_follow_up_is_searched_with_what_it_leaves_out(
    desk: Desk, questions: list[str], file: str, page: int
) -> None:
    documents = desk.documents()
    query = desk._search.in_full(questions[-1], questions[:-1], documents)
    best = desk._search.find(query, documents, limit=1, may_see=lambda _: True)[0]
    assert (best.document.filename, best.passage.page) == (file, page)
