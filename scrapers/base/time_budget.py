"""A limit of CPU time for the reading of one page: what no bound of the extractors has foreseen ends here."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PAGE_SECONDS = 2.0  # of CPU; the slowest real pages take a tenth of it


class PageTooSlowError(BaseException):
    """The page took longer than its budget; nothing of it is kept but its bytes.

    No Exception: readers that forgive each other's troubles would forgive this one, too, and go on.
    """


@contextmanager
def limited(seconds: float = PAGE_SECONDS) -> Iterator[None]:
    """Raises PageTooSlowError inside the block once it has used so much CPU time of this process.

    It counts CPU and not the clock, so that a busy machine loses no page. A call into C is interrupted at its end.
    Only the main thread has signals: elsewhere the block is not limited.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGVTALRM, _raise)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)


def _raise(_: int, __: FrameType | None) -> None:
    raise PageTooSlowError(f"Reading the page took more than its budget of {PAGE_SECONDS:.0f} s of CPU")
