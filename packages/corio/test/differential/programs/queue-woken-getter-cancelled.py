"""A getter is cancelled in the step in which an item is put for it."""

import asyncio

from program import log


async def getter(name: str, queue: asyncio.Queue) -> None:
    try:
        log(name, "got", await queue.get())
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        log(name, "is cancelled")
        raise


async def main() -> None:
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(getter("first", queue))
        group.create_task(getter("second", queue))
        await asyncio.sleep(10)
        queue.put_nowait("item")
        first.cancel()
        await asyncio.sleep(10)
        queue.put_nowait("another")
    log("size", queue.qsize())
