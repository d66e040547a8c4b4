"""A token bucket: so many requests at once, then one for each token that comes."""

import asyncio

from program import log


async def refill(tokens: asyncio.Semaphore, every: int) -> None:
    while True:
        await asyncio.sleep(every)
        if tokens.locked():
            tokens.release()


async def request(number: int, arrives: int, tokens: asyncio.Semaphore) -> None:
    await asyncio.sleep(arrives)
    log("request", number, "arrives")
    await tokens.acquire()
    log("request", number, "is served")


async def main() -> None:
    tokens = asyncio.Semaphore(2)
    filling = asyncio.create_task(refill(tokens, 10))
    async with asyncio.TaskGroup() as group:
        for number, arrives in enumerate([1, 2, 3, 4, 27, 58]):
            group.create_task(request(number, arrives, tokens))
    filling.cancel()
