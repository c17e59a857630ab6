"""The air-gap room: what it takes to run where there is no network, and the proof that no more is needed.

In come the settings; out come findings about this installation, each with its remedy. It runs every part
once for real (cipher, search, grammar, the model itself in a process without network), and changes
nothing. It never opens a vault, never reads a document, and never goes to the network.
"""

from finslm.airgap.doctor import Check, diagnose

__all__ = ["Check", "diagnose"]
