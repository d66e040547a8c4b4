"""Getters are served in the order in which they came, and so are putters."""

import asyncio

from program import log


async def getter(name: str, queue: asyncio.Queue) -> None:
    log(name, "got", await queue.get())


async def putter(item: str, queue: asyncio.Queue) -> None:
    await queue.put(item)
    log("put", item)


async def main() -> None:
    queue = asyncio.Queue(1)
    async with asyncio.TaskGroup() as group:
        for name in "abc":
            group.create_task(getter(name, queue))
        for item in [1, 2, 3]:
            await asyncio.sleep(10)
            await queue.put(item)
    async with asyncio.TaskGroup() as group:
        for item in "xyz":
            group.create_task(putter(item, queue))
        for _ in range(3):
            await asyncio.sleep(10)
            log("took", await queue.get())
