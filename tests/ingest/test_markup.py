"""XML, iXBRL filings and CSV, told apart by their bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finslm.documents import Reading
from finslm.errors import UnreadableDocument
from finslm.ingest import read_document
from finslm.ingest.delimited import delimiter_of
from finslm.ingest.rows import row_text

FILING = """<?xml version="1.0" encoding="utf-8"?>
<!-- produced by a filing agent -->
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL">
<head><title>Annual report</title><meta charset="utf-8"/></head><body>{hidden}<div/><p>Revenue was
<ix:nonFraction name="us-gaap:Revenues" contextRef="c1" unitRef="usd" decimals="-6" scale="6">1,204</ix:nonFraction>
million.</p><table><tr><td/><td>2024</td></tr><tr><td>Net income</td><td><ix:nonFraction name="us-gaap:NetIncomeLoss"
contextRef="c1">310</ix:nonFraction></td></tr></table></body></html>"""
HIDDEN = """<ix:header><ix:hidden><ix:nonNumeric name="dei:AmendmentFlag" contextRef="c1">HIDDENFACT</ix:nonNumeric>
</ix:hidden><ix:resources><context>0000320193</context></ix:resources></ix:header>"""


def read(path: Path, content: str | bytes) -> Reading:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_document(path, timeout_s=30, memory_bytes=2**30)


def text_of(reading: Reading) -> str:
    return "".join(page.text for page in reading.pages)


@pytest.mark.parametrize("is_well_formed", [True, False])
def test_a_filing_in_ixbrl_gives_what_a_reader_sees(tmp_path: Path, is_well_formed: bool) -> None:
    filing = FILING.format(hidden=HIDDEN)
    reading = read(tmp_path / "10k.htm", filing if is_well_formed else filing.replace("</div>", "").replace("</p>", ""))
    text = text_of(reading)
    assert (reading.media_type, reading.title) == ("text/html", "Annual report")
    assert "Revenue was 1,204 million." in text
    assert "Net income" in text
    assert "310" in text
    assert "HIDDENFACT" not in text
    assert "0000320193" not in text


def test_an_empty_element_of_xhtml_does_not_swallow_what_follows(tmp_path: Path) -> None:
    filing = FILING.format(hidden="").replace("<title>Annual report</title>", "<title/><script src='x'/>")
    assert "Revenue was 1,204 million." in text_of(read(tmp_path / "10k.htm", filing))


def test_entities_of_a_filing_are_not_expanded(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE html [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;">]>'
    filing = FILING.format(hidden="<p>&b; and &nbsp;more</p>").replace("<!-- produced by a filing agent -->", laughs)
    text = text_of(read(tmp_path / "10k.htm", filing))
    assert "haha" not in text
    assert "Revenue was 1,204 million." in text


def test_xml_is_read_as_names_attributes_and_text(tmp_path: Path) -> None:
    reading = read(
        tmp_path / "facts.txt",
        '<?xml version="1.0"?><xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:g="urn:gaap"><!-- note -->'
        '<g:Revenues contextRef="FY2024" unitRef="usd">1204000000</g:Revenues>'
        "<g:Policy>Revenue is <b>recognised</b> over time.</g:Policy><g:Empty/></xbrl>",
    )
    assert (reading.media_type, reading.title) == ("application/xml", "xbrl")
    assert text_of(reading).splitlines() == [
        "Revenues contextRef=FY2024 unitRef=usd: 1204000000",
        "Policy: Revenue is over time.",
        "b: recognised",
    ]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("<payments><payment>12</payment></payments>", "application/xml"),
        ('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001"><table>1</table></Document>', "application/xml"),
        ("<!DOCTYPE html><title>A</title><p>b", "text/html"),
        ("<center><table><tr><td>x</td></tr></table></center>", "text/html"),
        ("<SEC-DOCUMENT>0001.txt\n<TYPE>10-K\n<html><p>Revenue</p></html></SEC-DOCUMENT>", "text/html"),
        ("<see attached> and call me", "text/plain"),
        ("date,amount,currency\n2024-01-31,12.50,EUR\n", "text/csv"),
        ("name;amount\na;1\nb;2\nc;3\n", "text/csv"),
        ("a\tb\tc\n1\t2\t3\n", "text/csv"),
        ("Dear all,\nthe numbers, as promised, are below.\nRegards,\nJo\n", "text/plain"),
        ("One line, with commas, three of them", "text/plain"),
    ],
)
def test_text_is_told_apart_by_what_it_holds(tmp_path: Path, content: str, media_type: str) -> None:
    assert read(tmp_path / "file", content).media_type == media_type


def test_xml_that_is_not_well_formed_says_where(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match=r"not well-formed.*line 3"):
        read(tmp_path / "a.xml", '<?xml version="1.0"?>\n<a>\n</b>')


def test_billion_laughs_are_not_heard(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "lol">{entities}]><a><b>kept &l{{}};</b></a>'
    assert text_of(read(tmp_path / "a.xml", bomb.format(2))) == "b: kept &l2;\n"
    with pytest.raises(UnreadableDocument, match="unfold without measure"):
        read(tmp_path / "b.xml", bomb.format(9))


def test_an_external_entity_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET")
    hostile = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY s SYSTEM "{secret.as_uri()}">]><a><b>kept &s;</b></a>'
    assert text_of(read(tmp_path / "a.xml", hostile)) == "b: kept &s;\n"


def test_xml_nested_ten_thousand_deep_is_one_failure(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument):
        read(tmp_path / "a.xml", '<?xml version="1.0"?>' + "<a>" * 10_000 + "x" + "</a>" * 10_000)


def test_csv_is_read_as_rows_whatever_parts_its_cells(tmp_path: Path) -> None:
    reading = read(tmp_path / "a.csv", 'Name;Amount;Note\n"Müller; Söhne";1.204,50;"two\nlines"\n\n'.encode("cp1252"))
    assert text_of(reading) == "Name | Amount | Note\nMüller; Söhne | 1.204,50 | two lines\n"


@given(st.lists(st.text(st.characters(exclude_characters="|", exclude_categories=["Cs"])), max_size=8))
def test_a_row_is_one_line_that_keeps_its_words(cells: list[str]) -> None:
    line = row_text(cells)
    assert len(line.splitlines()) <= 1
    assert line.replace("|", " ").split() == " ".join(cells).split()


@given(st.text(max_size=300))
def test_any_text_has_a_delimiter_or_none(text: str) -> None:
    assert delimiter_of(text) in (None, ",", ";", "\t", "|")
