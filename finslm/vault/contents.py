"""What a document holds, sealed under its key: the text of each page, the tables of each page that has any, its signature.

The tables of a page are a JSON list of `table_json` objects: places in the text of the page, never text of a cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from finslm.documents import Page, Table
from finslm.table_json import parsed, plain
from finslm.vault.envelope import seal, unseal
from finslm.vault.records import PageRecord, SignatureRecord, TablesRecord


def sealed_page(document_id: str, key: bytes, page: Page) -> PageRecord:
    """The record of a page."""
    sealed = seal(key, page.text.encode("utf-8", "surrogatepass"), f"page:{document_id}:{page.index}")
    return PageRecord(document_id=document_id, page_index=page.index, sealed_text=sealed)


def unsealed_page(document_id: str, key: bytes, record: PageRecord) -> Page:
    """The page of a record. Raises VaultTampered."""
    text = unseal(key, record.sealed_text, f"page:{document_id}:{record.page_index}")
    return Page(record.page_index, text.decode("utf-8", "surrogatepass"))


def sealed_tables(document_id: str, key: bytes, tables: Iterable[Table]) -> Iterator[TablesRecord]:
    """A record for each page that has tables; those of a page in their order."""
    for index, of_page in groupby(sorted(tables, key=lambda table: table.page), key=lambda table: table.page):
        content = json.dumps([plain(table) for table in of_page]).encode()
        sealed = seal(key, content, f"tables:{document_id}:{index}")
        yield TablesRecord(document_id=document_id, page_index=index, sealed_tables=sealed)


def unsealed_tables(document_id: str, key: bytes, record: TablesRecord, page: Page) -> tuple[Table, ...]:
    """The tables of `page`. Raises VaultTampered."""
    content = unseal(key, record.sealed_tables, f"tables:{document_id}:{record.page_index}")
    return tuple(parsed(table, page) for table in json.loads(content))


def sealed_signature(document_id: str, key: bytes, signature: bytes) -> SignatureRecord:
    """The record of a document's signature."""
    sealed = seal(key, signature, f"signature:{document_id}")
    return SignatureRecord(document_id=document_id, sealed_signature=sealed)


def unsealed_signature(key: bytes, record: SignatureRecord) -> bytes:
    """The signature of a record. Raises VaultTampered."""
    return unseal(key, record.sealed_signature, f"signature:{record.document_id}")
