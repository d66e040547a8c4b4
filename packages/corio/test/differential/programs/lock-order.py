"""A lock goes to its waiters in the order in which they came; a newcomer stands behind them."""

import asyncio

from program import log


async def worker(name: str, lock: asyncio.Lock, arrives: int) -> None:
    await asyncio.sleep(arrives)
    log(name, "asks", lock.locked())
    async with lock:
        log(name, "has it")
        await asyncio.sleep(10)
    log(name, "gave it back")


async def main() -> None:
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        for name, arrives in [("a", 1), ("b", 5), ("c", 3), ("d", 12), ("e", 60)]:
            group.create_task(worker(name, lock, arrives))
