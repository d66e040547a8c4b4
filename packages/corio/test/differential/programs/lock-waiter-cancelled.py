"""A cancelled waiter leaves the line; the others keep their places."""

import asyncio

from program import log


async def worker(name: str, lock: asyncio.Lock) -> None:
    try:
        async with lock:
            log(name, "has it")
            await asyncio.sleep(1)
    except asyncio.CancelledError:
        log(name, "leaves")
        raise


async def main() -> None:
    lock = asyncio.Lock()
    await lock.acquire()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(worker(name, lock)) for name in "abcd"]
        await asyncio.sleep(10)
        tasks[0].cancel()
        tasks[2].cancel()
        await asyncio.sleep(10)
        lock.release()
    log("locked", lock.locked())
