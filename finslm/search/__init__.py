"""Search: a query in, the passages that answer it out.

Passages are pieces of pages with their character offsets; each collection has one encrypted FTS5 index, keyed from the
collection's key, derived from the records and rebuilt from them when it is behind. The room never decides who may see a
document: the caller passes that judgement in.
"""

from finslm.search.search import Search, stands_in
from finslm.search.terms import load_stop_words, terms_of

__all__ = ["Search", "load_stop_words", "stands_in", "terms_of"]
