"""Shut down at once, a queue drops what it has; join waits for what is in hand."""

import asyncio

from program import log


async def worker(queue: asyncio.Queue) -> None:
    try:
        while True:
            item = await queue.get()
            log("got", item)
            await asyncio.sleep(20)
            log("dealt with", item)
            queue.task_done()
            await asyncio.sleep(1)
    except asyncio.QueueShutDown as error:
        log("worker:", error)


async def main() -> None:
    queue = asyncio.Queue()
    for item in "abc":
        queue.put_nowait(item)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker(queue))
        await asyncio.sleep(10)
        queue.shutdown(immediate=True)
        log("shut down, size", queue.qsize())
        await queue.join()
        log("joined")
