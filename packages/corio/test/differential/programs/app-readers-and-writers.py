"""Readers share, a writer is alone; who waits is let in when the condition holds."""

import asyncio

from program import log


async def main() -> None:
    condition = asyncio.Condition()
    readers = 0
    writing = False

    async def read(name: str, arrives: int, takes: int) -> None:
        nonlocal readers
        await asyncio.sleep(arrives)
        async with condition:
            await condition.wait_for(lambda: not writing)
            readers += 1
        log(name, "reads, readers", readers)
        await asyncio.sleep(takes)
        async with condition:
            readers -= 1
            log(name, "has read")
            condition.notify_all()

    async def write(name: str, arrives: int, takes: int) -> None:
        nonlocal writing
        await asyncio.sleep(arrives)
        async with condition:
            await condition.wait_for(lambda: not writing and readers == 0)
            writing = True
        log(name, "writes")
        await asyncio.sleep(takes)
        async with condition:
            writing = False
            log(name, "has written")
            condition.notify_all()

    async with asyncio.TaskGroup() as group:
        group.create_task(read("r1", 1, 10))
        group.create_task(read("r2", 2, 20))
        group.create_task(write("w1", 3, 15))
        group.create_task(read("r3", 30, 7))
        group.create_task(write("w2", 31, 5))
