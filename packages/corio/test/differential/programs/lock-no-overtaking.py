"""Who releases a lock and asks for it again does not overtake those who wait."""

import asyncio

from program import log


async def greedy(lock: asyncio.Lock) -> None:
    for turn in range(3):
        await lock.acquire()
        log("greedy", turn)
        await asyncio.sleep(5)
        lock.release()


async def modest(name: str, lock: asyncio.Lock) -> None:
    await asyncio.sleep(1)
    await lock.acquire()
    log(name)
    lock.release()


async def main() -> None:
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(greedy(lock))
        group.create_task(modest("modest", lock))
    log("locked", lock.locked())
