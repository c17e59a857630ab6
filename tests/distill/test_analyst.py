"""Every analyst's question has an exact answer that stands on the statements shown."""

from __future__ import annotations

from finslm.answer import execute, holds, numbers_of, parse_line
from finslm.answer.program import CONSTANTS
from finslm.config import shipped
from finslm.distill.analyst import analysed
from finslm.distill.examples import Example

INCOME = """Northmere plc
CONSOLIDATED STATEMENTS OF INCOME
(in millions, except per share amounts)
Year ended December 31, 2022 2021 2020
Net sales $ 1,452 $ 1,146 $ 1,036
Cost of sales (900) (800) (700)
Gross profit 552 346 336
Selling, general and administrative expenses (210) (190) (180)
Operating income 342 156 156
Interest expense (12) (11) (10)
Income before income taxes 330 145 146
Income tax expense 83 36 37
Net income 247 109 109
Earnings per share, diluted 2.47 1.09 1.09
"""
BALANCE = """Northmere plc
CONSOLIDATED BALANCE SHEETS
(in millions) December 31, 2022 2021
Cash and cash equivalents 204 133
Accounts receivable, net 310 218
Inventories 187 165
Total current assets 701 516
Property and equipment, net 912 880
Goodwill 301 301
Total assets 1,914 1,697
Accounts payable 142 137
Total current liabilities 365 349
Long-term debt 620 645
Total liabilities 985 994
Retained earnings 700 612
Total shareholders' equity 929 703
"""
PAGES = {("N_2022", 7): INCOME, ("N_2022", 8): BALANCE, ("N_2022", 1): "Northmere makes tools."}


def examples(seed: int) -> list[Example]:
    return list(analysed(PAGES, {"N_2022": "Northmere"}, shipped("data"), seed))


def test_programs_are_made_of_numbers_of_the_evidence_and_can_be_computed() -> None:
    lines = 0
    for example in (each for seed in range(12) for each in examples(seed)):
        printed = set(numbers_of("\n".join(example.passages)))
        for asked in example.asked:
            line = parse_line(asked.line)
            assert line is not None
            if line.kind == "calc":
                execute(line.parts[0])
            if line.kind == "check":
                holds(line.parts[0])
            if line.kind in ("calc", "check"):
                numbers = set(numbers_of(line.parts[0]))
                assert numbers & printed
                assert numbers <= printed | set(CONSTANTS)
                lines += 1
            assert "{" not in asked.question and "Northmere" in asked.question
    assert lines > 50


def test_a_margin_of_expenses_in_brackets_is_what_an_analyst_computes() -> None:
    margins = {
        asked.line
        for seed in range(40)
        for example in examples(seed)
        for asked in example.asked
        if "gross margin" in asked.question.casefold() and "FY2022" in asked.question and asked.line.startswith("calc")
    }
    assert margins == {"calc: 552 / 1452 * 100 | percent"}


def test_a_ratio_over_two_statements_is_asked_only_where_both_are_shown() -> None:
    turnover = [
        (example.context_id, asked.line)
        for seed in range(40)
        for example in examples(seed)
        for asked in example.asked
        if "inventory turnover" in asked.question
    ]
    assert turnover
    assert all(("balance+income" in context) == line.startswith("calc") for context, line in turnover)


def test_a_filing_without_its_statements_gives_no_example() -> None:
    pages = {("X_2022", 1): "Nothing but words.", ("X_2022", 2): INCOME}
    assert not list(analysed(pages, {"X_2022": "X"}, shipped("data"), 0))
