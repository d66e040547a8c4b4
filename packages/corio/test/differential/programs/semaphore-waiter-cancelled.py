"""A cancelled waiter of a semaphore takes no permit with it."""

import asyncio

from program import log


async def worker(name: str, semaphore: asyncio.Semaphore) -> None:
    try:
        await semaphore.acquire()
        log(name, "has a permit")
    except asyncio.CancelledError:
        log(name, "leaves")
        raise


async def main() -> None:
    semaphore = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(worker(name, semaphore)) for name in "abc"]
        await asyncio.sleep(10)
        tasks[1].cancel()
        await asyncio.sleep(10)
        semaphore.release()
        semaphore.release()
        log("locked", semaphore.locked())
    semaphore.release()
    log("locked", semaphore.locked())
