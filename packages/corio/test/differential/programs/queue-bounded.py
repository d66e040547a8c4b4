"""A bounded queue makes its producer wait for room."""

import asyncio

from program import log


async def producer(queue: asyncio.Queue) -> None:
    for item in range(6):
        await queue.put(item)
        log("put", item, "size", queue.qsize(), "full", queue.full())
    await queue.put(None)


async def consumer(queue: asyncio.Queue) -> None:
    await asyncio.sleep(1)
    while (item := await queue.get()) is not None:
        log("got", item)
        await asyncio.sleep(5)


async def main() -> None:
    queue = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        group.create_task(producer(queue))
        group.create_task(consumer(queue))
    log("empty", queue.empty())
