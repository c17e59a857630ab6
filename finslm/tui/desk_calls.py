"""Calls of the desk from the screen: the work in a thread, its result back in the widget that asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual.widget import Widget
from textual.worker import Worker, get_current_worker

from finslm.errors import Cancelled, FinslmError

Result = TypeVar("Result")


def call_desk(
    owner: Widget,
    work: Callable[[], Result],
    then: Callable[[Result], object],
    *,
    group: str,
    failed: Callable[[FinslmError], object] | None = None,
) -> Worker[None]:
    """Runs `work` in a thread; `then(result)` or `failed(error)` follows as a message of `owner`.

    A later call of the same group makes the result of an earlier one worthless: it is dropped. Without
    `failed`, an error is shown as a notification, and `Cancelled` is not shown at all: who cancelled knows.
    """
    on_error = failed or (lambda error: notify_error(owner, error))

    def run() -> None:
        worker = get_current_worker()
        try:
            result = work()
        except FinslmError as error:
            owner.call_later(on_error, error)
        else:
            if not worker.is_cancelled:
                owner.call_later(then, result)

    return owner.run_worker(run, name=group, group=group, exclusive=True, thread=True)


def notify_error(owner: Widget, error: FinslmError) -> None:
    """Shows an expected failure as the sentence it carries."""
    if not isinstance(error, Cancelled):
        owner.app.notify(sentence(error), title="That did not work", severity="error", timeout=10, markup=False)


def sentence(error: FinslmError) -> str:
    """The error's own words, as a sentence."""
    words = str(error)
    return words[:1].upper() + words[1:].rstrip(".") + "."
