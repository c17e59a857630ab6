"""Triage: a document as read in, a labelled, extracted and routed record out.

Labels come from cues, phrases with weights in `data/triage/`, and for the kind of document and its tone from the model's
own choice beside them; figures, personal data and summary are copied from the pages with their places; the policy chooses
the queue. The room never reads a file, never stores or logs a document, and asks a person wherever it is unsure.
"""

from finslm.triage.batch import Batch
from finslm.triage.records import failed_record, to_plain
from finslm.triage.results import ResultsFile
from finslm.triage.routing import RoutingFacts
from finslm.triage.triage import Triage, TriageSettings

__all__ = ["Batch", "ResultsFile", "RoutingFacts", "Triage", "TriageSettings", "failed_record", "to_plain"]
