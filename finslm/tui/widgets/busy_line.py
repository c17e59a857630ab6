"""One line that says what is being done, and for how long."""

from __future__ import annotations

from time import monotonic

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def spinner(seconds: float) -> str:
    """The sign of something that has been turning for so many seconds."""
    return SPINNER[int(seconds * 10) % len(SPINNER)]


class BusyLine(Static):
    """Hidden until work starts; turns while it lasts; keeps the words of its end."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.display = False
        self._doing = ""
        self._started = 0.0
        self._clock: Timer | None = None

    def start(self, doing: str) -> None:
        """Begins to turn."""
        self._doing, self._started = doing, monotonic()
        self.display = True
        self._stop_clock()
        self._clock = self.set_interval(0.1, self._turn)
        self._turn()

    def say(self, doing: str) -> None:
        """Changes the words while turning."""
        self._doing = doing

    def finish(self, words: str) -> None:
        """Stops turning and shows these words with the time it took."""
        self._stop_clock()
        self.update(Content.assemble(("● ", "$accent"), words, (f"  {self._seconds:.1f} s", "$foreground 60%")))

    @property
    def _seconds(self) -> float:
        return monotonic() - self._started

    def _turn(self) -> None:
        self.update(
            Content.assemble(
                (f"{spinner(self._seconds)} ", "$accent"),
                self._doing,
                (f"  {self._seconds:.1f} s", "$foreground 60%"),
            )
        )

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
