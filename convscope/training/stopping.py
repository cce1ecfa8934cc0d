"""Ctrl-C: the first asks to stop after the step under way, the second stops at once."""

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class StopRequest:
    """Whether a stop was asked for."""

    def __init__(self) -> None:
        self.made = False

    def batches(self, batches: Iterable[Any]) -> Iterator[Any]:
        """`batches` until a stop is asked for."""
        for batch in batches:
            if self.made:
                return
            yield batch


@contextmanager
def stop_on_interrupt() -> Iterator[StopRequest]:
    """Inside, the first Ctrl-C makes the request; the second is Python's own."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        request.made = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, ask)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
