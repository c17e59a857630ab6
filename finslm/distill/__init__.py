"""The laboratory: public questions, teacher lines and templates in; an adapter for a base model, with its proof, out.

Examples are made from data, kept only when the executor reproduces their answer, packed so that a context is computed
once for all its questions, and trained on with torch (the extra `train`). Nothing imports this room but the command line,
and it never touches a vault: what it learns from is public or invented.
"""
