"""An event loop in virtual time: when nothing is ready, the clock jumps to the next timer. Nothing waits for real."""

import asyncio
import selectors


class _Selector(selectors.SelectSelector):
    """Instead of polling, moves the clock on by the time that the loop would have waited."""

    time = 0.0

    def select(self, timeout: float | None = None) -> list:
        if timeout is None:
            raise RuntimeError("deadlock: nothing is left that could wake the program")
        self.time += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop; only its clock and its poll are replaced. A unit of time is whatever the program says."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)
        #: Deadlines at which more than one timer fired: asyncio leaves their order to its heap, and promises none.
        self.ties: set[float] = set()

    def time(self) -> float:
        return self._virtual.time

    def call_at(self, when, callback, *args, context=None):
        def fire() -> None:
            # The loop has moved everything that is due to the ready queue.
            due = (handle for handle in self._ready if isinstance(handle, asyncio.TimerHandle))
            if any(not handle.cancelled() and handle.when() == when for handle in due):
                self.ties.add(when)
            callback(*args)

        return super().call_at(when, fire, context=context)
