"""The language of a text by its commonest small words, or None where they do not decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LEAST_WORDS = 20
LEAST_SHARE = 0.08
LEAST_LEAD = 1.5


def detect_language(text: str, stop_words: Mapping[str, frozenset[str]]) -> str | None:
    """The ISO 639-1 code of the language of `text`; None for short texts and for languages without a list.

    A language is claimed when its stop words make up at least a twelfth of all words and are half as many again as
    those of the next language.
    """
    words = Counter(word.lower() for word in WORD.findall(text[:20000]))
    total = sum(words.values())
    counts = {code: sum(words[word] for word in known) for code, known in stop_words.items()}
    first, second = sorted(counts, key=lambda code: -counts[code])[:2]
    if total < LEAST_WORDS or counts[first] < LEAST_SHARE * total or counts[first] < LEAST_LEAD * counts[second]:
        return None
    return first
