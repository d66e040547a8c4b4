"""A cancelled putter leaves no item behind; the next one gets its room."""

import asyncio

from program import log


async def putter(item: str, queue: asyncio.Queue) -> None:
    try:
        await queue.put(item)
        log("put", item)
    except asyncio.CancelledError:
        log("not put", item)
        raise


async def main() -> None:
    queue = asyncio.Queue(1)
    queue.put_nowait("first")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(putter(item, queue)) for item in "xyz"]
        await asyncio.sleep(10)
        tasks[0].cancel()
        await asyncio.sleep(10)
        for _ in range(3):
            log("got", await queue.get())
            await asyncio.sleep(1)
