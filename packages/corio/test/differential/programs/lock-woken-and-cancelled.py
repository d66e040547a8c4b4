"""A waiter is cancelled in the step in which the lock is handed to it."""

import asyncio

from program import log


async def worker(name: str, lock: asyncio.Lock) -> None:
    try:
        async with lock:
            log(name, "has it")
            await asyncio.sleep(1)
            log(name, "is done")
    except asyncio.CancelledError:
        log(name, "is cancelled")
        raise


async def main() -> None:
    lock = asyncio.Lock()
    await lock.acquire()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(worker("first", lock))
        group.create_task(worker("second", lock))
        await asyncio.sleep(10)
        lock.release()
        first.cancel()
    log("locked", lock.locked())
