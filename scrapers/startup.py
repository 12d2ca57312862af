"""The first thing that a crawl process does, before it imports what takes a second."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def begin(parent: int) -> None:
    """Dies with `parent` from now on, unless that is 0, and looks for no cycles until `scrapers.process` crawls.

    What is imported stays: to look through it again and again while it grows takes a seventh of a crawl's start.
    """
    gc.disable()
    if parent:
        _die_with(parent)


def _die_with(parent: int) -> None:
    """The kernel kills this process when its parent dies (prctl(2), Linux); exits at once if that has happened.

    Elsewhere the lease is what stops an orphan: landing refuses it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            raise SystemExit("the process that started this crawl is gone")
