"""Ten sleepers with one deadline."""

import asyncio

from program import log


TIES = True


async def sleeper(index: int) -> None:
    await asyncio.sleep(10)
    log("woke", index)


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        for index in range(10):
            group.create_task(sleeper(index))
