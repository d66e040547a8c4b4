"""A cancelled getter loses nothing: the item goes to the next one."""

import asyncio

from program import log


async def getter(name: str, queue: asyncio.Queue) -> None:
    try:
        log(name, "got", await queue.get())
    except asyncio.CancelledError:
        log(name, "leaves")
        raise


async def main() -> None:
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(getter(name, queue)) for name in "abc"]
        await asyncio.sleep(10)
        tasks[0].cancel()
        queue.put_nowait("item")
        await asyncio.sleep(10)
        queue.put_nowait("another")
    log("size", queue.qsize())
