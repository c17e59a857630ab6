"""The reading room: a file comes in, a `Reading(media_type, title, pages, ...)` goes out.

`list_files` turns the paths of a user into files; `read_document` reads one of them: PDF, Word, Excel, PowerPoint,
e-mail, Outlook, HTML, iXBRL, XML, CSV, ZIP or plain text, told apart by content, never by name; `read_attachment` reads
a file that was inside one. Each file is read in a process of its own, without network, without the user's files
(Landlock), without the system calls that no reader needs (seccomp) and with limits on memory and time, because filings
and mail attachments are hostile input: a crash, a hang or a memory bomb costs that file only and comes back as
`UnreadableDocument`. Where the limits or the absence of network cannot be had, nothing is read. What is damaged is
repaired where that can be done, and text that no person sees is left out; `notes` say so. The room never stores, cuts
into passages, or logs what it reads, never writes a file, and never parses a byte of a document in the process of its
caller.
"""

from finslm.ingest.confinement import ESSENTIAL as ESSENTIAL_PROTECTIONS
from finslm.ingest.folder import list_files, list_links
from finslm.ingest.injection import instructed_pages, load_triggers, without_instructions
from finslm.ingest.opening import file_digest, path_text, reason_of
from finslm.ingest.reader_process import read_attachment, read_document, reader_protections

__all__ = [
    "ESSENTIAL_PROTECTIONS",
    "file_digest",
    "instructed_pages",
    "list_files",
    "list_links",
    "load_triggers",
    "path_text",
    "read_attachment",
    "read_document",
    "reader_protections",
    "reason_of",
    "without_instructions",
]
