"""Three stages with small queues between them: the slow last stage holds the first one back."""

import asyncio

from program import log


async def produce(out: asyncio.Queue) -> None:
    for item in range(6):
        await asyncio.sleep(1)
        await out.put(item)
        log("produced", item)
    out.shutdown()


async def transform(source: asyncio.Queue, out: asyncio.Queue) -> None:
    try:
        while True:
            item = await source.get()
            await asyncio.sleep(3)
            await out.put(item * item)
            log("transformed", item)
    except asyncio.QueueShutDown:
        log("the source is dry")
        out.shutdown()


async def consume(source: asyncio.Queue) -> int:
    total = 0
    try:
        while True:
            total += await source.get()
            await asyncio.sleep(11)
            log("consumed, total", total)
    except asyncio.QueueShutDown:
        return total


async def main() -> None:
    first, second = asyncio.Queue(1), asyncio.Queue(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(first))
        group.create_task(transform(first, second))
        consumer = group.create_task(consume(second))
    log("result", consumer.result())
