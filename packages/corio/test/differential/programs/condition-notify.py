"""notify wakes so many waiters, first come, first served, each when it gets the lock."""

import asyncio

from program import log


async def waiter(name: str, condition: asyncio.Condition) -> None:
    async with condition:
        log(name, "waits")
        await condition.wait()
        log(name, "woke")
        await asyncio.sleep(1)
    log(name, "left")


async def main() -> None:
    condition = asyncio.Condition()
    async with asyncio.TaskGroup() as group:
        for name in "abcde":
            group.create_task(waiter(name, condition))
        await asyncio.sleep(10)
        async with condition:
            condition.notify()
            condition.notify()
            log("notified two")
            await asyncio.sleep(5)
            log("releasing")
        await asyncio.sleep(10)
        async with condition:
            condition.notify_all()
            log("notified all")
