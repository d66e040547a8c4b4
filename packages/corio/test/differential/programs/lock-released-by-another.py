"""A task releases a lock that another one holds."""

import asyncio

from program import log


async def holder(lock: asyncio.Lock) -> None:
    await lock.acquire()
    log("holder has it")
    await asyncio.sleep(20)
    try:
        lock.release()
        log("holder released it")
    except RuntimeError as error:
        log("holder:", error)


async def thief(lock: asyncio.Lock) -> None:
    await asyncio.sleep(10)
    try:
        lock.release()
        log("thief released it")
    except RuntimeError as error:
        log("thief:", error)


async def main() -> None:
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(holder(lock))
        group.create_task(thief(lock))
