"""Items are collected until there are three of them, or until the oldest has waited long enough."""

import asyncio

from program import log


async def collect(queue: asyncio.Queue) -> list[int] | None:
    batch = [await queue.get()]
    if batch[0] is None:
        return None
    try:
        async with asyncio.timeout(15):
            while len(batch) < 3:
                batch.append(await queue.get())
    except TimeoutError:
        log("waited long enough")
    return batch


async def source(queue: asyncio.Queue) -> None:
    for delay, item in [(1, 1), (2, 2), (3, 3), (4, 4), (30, 5), (2, 6), (40, None)]:
        await asyncio.sleep(delay)
        await queue.put(item)


async def main() -> None:
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(source(queue))
        while (batch := await collect(queue)) is not None:
            log("batch", batch)
    log("end")
