"""Python's search for objects that hold each other in a circle, and where it is of no use."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """Make very many objects without looking through all of them again and again: for work that makes no circles.

    That search takes up to three quarters of the time in which a million rows are read. Objects that nobody holds go as ever.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
