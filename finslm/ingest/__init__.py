"""The reading room: a file comes in, a `Reading(media_type, title, pages, ...)` goes out.

`list_files` turns the paths of a user into files, walking each folder once; `read_document` reads one of them: PDF, Word, Excel, PowerPoint,
e-mail, Outlook, HTML, iXBRL, XML, CSV, ZIP, plain text or a picture, told apart by content, never by name; `read_attachment` reads
a file that was inside one. Each file is read in a process of its own, without network, without the user's files
(Landlock), without the system calls that no reader needs (seccomp) and with limits on memory and time, because filings
and mail attachments are hostile input: a crash, a hang or a memory bomb costs that file only and comes back as
`UnreadableDocument`. Where the limits or the absence of network cannot be had, nothing is read. What is damaged is
repaired where that can be done, text that no person sees is left out, and pages that are pictures are read by OCR where
that is installed; `notes` say so. The room never stores, cuts
into passages, or logs what it reads, never writes a file, and never parses a byte of a document in the process of its
caller.
"""

from finslm.ingest.confinement import ESSENTIAL as ESSENTIAL_PROTECTIONS
from finslm.ingest.folder import Listing, list_files
from finslm.ingest.injection import instructed_pages, load_triggers, without_instructions
from finslm.ingest.inside import kept_out
from finslm.ingest.ocr_networks import INSTALL as OCR_INSTALL
from finslm.ingest.ocr_networks import installed_version as ocr_version
from finslm.ingest.ocr_trial import recognises
from finslm.ingest.opening import file_digest, path_text, reason_of
from finslm.ingest.page_notes import notes_on_pages
from finslm.ingest.reader_process import read_attachment, read_document, reader_protections

__all__ = [
    "ESSENTIAL_PROTECTIONS",
    "OCR_INSTALL",
    "Listing",
    "file_digest",
    "instructed_pages",
    "kept_out",
    "list_files",
    "load_triggers",
    "notes_on_pages",
    "ocr_version",
    "path_text",
    "read_attachment",
    "read_document",
    "reader_protections",
    "reason_of",
    "recognises",
    "without_instructions",
]
