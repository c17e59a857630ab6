"""Search: a query in, the passages that answer it out.

A question is routed to the documents that it names, and searched with the words that filings print for what it asks; pages
are ranked by BM25, by how much they look like the statement that is wanted, and by their document. Each collection has one
encrypted FTS5 index, keyed from the collection's key, derived from the records and rebuilt from them when it is behind. The
room never decides who may see a document: the caller passes that judgement in.
"""

from finslm.search.index_check import IndexCheck
from finslm.search.search import Search, stands_in
from finslm.search.statements import StatementLikeness
from finslm.search.terms import load_stop_words, terms_of
from finslm.search.thesaurus import Thesaurus

__all__ = ["IndexCheck", "Search", "StatementLikeness", "Thesaurus", "load_stop_words", "stands_in", "terms_of"]
