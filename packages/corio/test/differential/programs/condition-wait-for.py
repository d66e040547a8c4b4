"""A wait for a predicate looks again after each notification, and gives what it found."""

import asyncio

from program import log


async def main() -> None:
    condition = asyncio.Condition()
    level = 0

    def enough() -> int:
        log("looks at", level)
        return level if level >= 3 else 0

    async def consumer() -> None:
        async with condition:
            log("found", await condition.wait_for(enough))
            log("found at once", await condition.wait_for(enough))

    async with asyncio.TaskGroup() as group:
        group.create_task(consumer())
        for _ in range(3):
            await asyncio.sleep(10)
            async with condition:
                level += 1
                condition.notify_all()
