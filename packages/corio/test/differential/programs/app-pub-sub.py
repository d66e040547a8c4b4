"""One publisher, several subscribers with a queue each; one of them is slow, and loses what it has no room for."""

import asyncio

from program import log


async def subscriber(name: str, queue: asyncio.Queue, pace: int) -> int:
    received = 0
    try:
        while True:
            message = await queue.get()
            received += 1
            log(name, "reads", message)
            await asyncio.sleep(pace)
    except asyncio.QueueShutDown:
        log(name, "unsubscribes")
    return received


async def main() -> None:
    queues = {name: asyncio.Queue(2) for name in ["fast", "slow"]}
    async with asyncio.TaskGroup() as group:
        fast = group.create_task(subscriber("fast", queues["fast"], 1))
        slow = group.create_task(subscriber("slow", queues["slow"], 35))
        for message in range(6):
            await asyncio.sleep(10)
            for name, queue in queues.items():
                try:
                    queue.put_nowait(message)
                except asyncio.QueueFull:
                    log(name, "has no room for", message)
        for queue in queues.values():
            queue.shutdown()
        log("closed")
    log("received", fast.result(), slow.result())
