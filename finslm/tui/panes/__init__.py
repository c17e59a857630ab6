"""Panes: the four parts of the desk screen. A pane calls the desk from threads and feeds its widgets."""
