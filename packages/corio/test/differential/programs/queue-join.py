"""join waits until every item is dealt with; dealing with more is an error."""

import asyncio

from program import log


async def worker(queue: asyncio.Queue) -> None:
    while True:
        item = await queue.get()
        await asyncio.sleep(item)
        log("dealt with", item)
        queue.task_done()


async def main() -> None:
    queue = asyncio.Queue()
    await queue.join()
    log("nothing to wait for")
    for item in [5, 8, 1, 4]:
        queue.put_nowait(item)
    workers = [asyncio.create_task(worker(queue)) for _ in range(2)]
    await queue.join()
    log("joined")
    for task in workers:
        task.cancel()
    await asyncio.wait(workers)
    try:
        queue.task_done()
    except ValueError as error:
        log("once more:", error)
