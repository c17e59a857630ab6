"""The bench of answers: what counts as right, and what becomes of a vault that cannot be filled."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finslm.config import Settings
from finslm.documents import Answer, Scale
from scripts.bench_answers import by_value, opened


@pytest.mark.parametrize(
    ("value", "scale", "unit", "published", "question", "right"),
    [
        ("5466.312", "million", "USD", "$5466.00", "in USD millions", True),
        ("5466312", "thousand", "USD", "$5466.00", "in USD millions", True),
        ("5466312000", "none", "USD", "$5466.00", "in USD millions", True),
        ("5466", "none", None, "$5466.00", "in USD millions", True),
        ("5466312", "million", "USD", "$5466.00", "in USD millions", False),
        ("5466", "thousand", "USD", "$5466.00", "in USD millions", False),
        ("-5466", "million", "USD", "$5466.00", "in USD millions", False),
        ("-473", "million", "USD", "-$473", "in USD millions", True),
        ("400", "million", "USD", "$0.40", "How much (in USD billions)?", True),
        ("0.4", "million", "USD", "$0.40", "How much (in USD billions)?", False),
        ("1.9", "percent", None, "1.9%", "in percents", True),
        ("0.019", "none", None, "1.9%", "in percents", True),
        ("-1.9", "percent", None, "1.9%", "in percents", False),
        ("1.9", "million", "USD", "1.9%", "in percents", False),
        ("24.26", "none", None, "24.26", "the ratio", True),
        ("1.2", "percent", None, "0.01", "return on assets", True),
        ("24.26", "percent", None, "24.26", "the ratio", False),
        ("0", "million", "USD", "$0.00", "in USD millions", True),
        ("412", "none", "USD", "$0.00", "in USD millions", False),
        ("412", "million", "USD", "$0.00", "How much (in USD billions)?", False),
        ("0.67", "none", None, "It improved from 0.67 to 0.69.", "the ratio", None),
    ],
)
def test_a_value_is_right_with_its_sign_and_in_its_magnitude(
    value: str, scale: Scale, unit: str | None, published: str, question: str, right: bool | None
) -> None:
    assert by_value(Answer("q", "", value=Decimal(value), scale=scale, unit=unit), published, question) is right


@pytest.mark.parametrize("content", [b"\x89PNG....", None])
def test_a_vault_that_cannot_be_filled_ends_in_a_sentence_and_is_not_there(
    tmp_path: Path, settings: Settings, content: bytes | None
) -> None:
    (tmp_path / "pdfs").mkdir()
    if content:
        (tmp_path / "pdfs" / "ACME.pdf").write_bytes(content)
    with pytest.raises(SystemExit, match=r"ACME\.pdf"):
        opened(tmp_path / "vault", tmp_path, [{"doc_name": "ACME"}], settings)
    assert not (tmp_path / "vault").exists()


def test_a_vault_is_made_once_and_opened_again(tmp_path: Path, settings: Settings, samples: Path) -> None:
    (tmp_path / "pdfs").mkdir()
    sample = samples / "results-release-northmere-q3-2025.pdf"
    (tmp_path / "pdfs" / "ACME.pdf").write_bytes(sample.read_bytes())
    for _ in range(2):
        with opened(tmp_path / "vault", tmp_path, [{"doc_name": "ACME"}], settings) as desk:
            assert [document.filename for document in desk.documents()] == ["ACME.pdf"]
