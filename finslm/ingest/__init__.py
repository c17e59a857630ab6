"""The reading room: a file comes in, a `Reading(media_type, title, pages)` goes out.

`list_files` turns the paths of a user into files; `read_document` reads one of them: PDF, Word, Excel, PowerPoint,
e-mail, Outlook, HTML, iXBRL, XML, CSV, ZIP or plain text, told apart by content, never by name; `read_attachment` reads
a file that was inside one. Each file is read in a process of its own, without network and with limits on
memory, time and files, because filings and mail attachments are hostile input: a crash, a hang or a memory bomb costs
that file only and comes back as `UnreadableDocument`. The room never stores, cuts into passages, or logs what it
reads, never writes a file, and never parses a byte of a document in the process of its caller.
"""

from finslm.ingest.folder import file_digest, list_files
from finslm.ingest.reader_process import read_attachment, read_document, reader_protections

__all__ = ["file_digest", "list_files", "read_attachment", "read_document", "reader_protections"]
