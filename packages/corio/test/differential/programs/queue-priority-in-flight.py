"""A priority queue between a slow consumer and producers: the most urgent item first, each time."""

import asyncio

from program import log


async def producer(queue: asyncio.PriorityQueue, items: list[tuple[int, int]]) -> None:
    for delay, item in items:
        await asyncio.sleep(delay)
        await queue.put(item)
        log("put", item)


async def consumer(queue: asyncio.PriorityQueue) -> None:
    for _ in range(7):
        log("got", await queue.get())
        await asyncio.sleep(10)


async def main() -> None:
    queue = asyncio.PriorityQueue(3)
    async with asyncio.TaskGroup() as group:
        group.create_task(producer(queue, [(1, 50), (1, 40), (1, 30), (40, 10)]))
        group.create_task(producer(queue, [(5, 45), (1, 5), (1, 60)]))
        group.create_task(consumer(queue))
