"""A semaphore lets so many in, in the order in which they came."""

import asyncio

from program import log


async def worker(name: str, semaphore: asyncio.Semaphore, delay: int) -> None:
    async with semaphore:
        log(name, "enters", semaphore.locked())
        await asyncio.sleep(delay)
    log(name, "leaves")


async def main() -> None:
    semaphore = asyncio.Semaphore(2)
    async with asyncio.TaskGroup() as group:
        for name, delay in [("a", 10), ("b", 4), ("c", 9), ("d", 1), ("e", 6)]:
            group.create_task(worker(name, semaphore, delay))
    log("locked", semaphore.locked())
