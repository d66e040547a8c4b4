"""A queue that is shut down refuses items, and gives out what it has."""

import asyncio

from program import log


async def getter(queue: asyncio.Queue) -> None:
    try:
        while True:
            log("got", await queue.get())
            queue.task_done()
            await asyncio.sleep(2)
    except asyncio.QueueShutDown as error:
        log("getter:", error)


async def putter(queue: asyncio.Queue) -> None:
    try:
        for item in range(5):
            await queue.put(item)
            log("put", item)
    except asyncio.QueueShutDown as error:
        log("putter:", error)


async def main() -> None:
    queue = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        group.create_task(putter(queue))
        await asyncio.sleep(10)
        queue.shutdown()
        log("shut down, size", queue.qsize())
        await asyncio.sleep(10)
        group.create_task(getter(queue))
        try:
            queue.put_nowait("never")
        except asyncio.QueueShutDown as error:
            log("main:", error)
        await queue.join()
        log("joined")
