"""Priority and last-in-first-out queues: the same in all but the order."""

import asyncio

from program import log


async def drain(name: str, queue: asyncio.Queue) -> None:
    items = []
    while not queue.empty():
        items.append(await queue.get())
        queue.task_done()
    log(name, items)
    await queue.join()
    queue.shutdown()
    try:
        await queue.get()
    except asyncio.QueueShutDown as error:
        log(name, error)


async def main() -> None:
    for name, queue in [
        ("queue", asyncio.Queue()),
        ("priority", asyncio.PriorityQueue()),
        ("lifo", asyncio.LifoQueue()),
    ]:
        for item in [5, 1, 4, 2, 3]:
            await queue.put(item)
        await drain(name, queue)
