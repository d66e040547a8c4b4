"""Sleepers wake in the order of their deadlines, whenever they began."""

import asyncio

from program import log


async def sleeper(name: str, *delays: int) -> None:
    for delay in delays:
        await asyncio.sleep(delay)
        log(name, "slept", delay)


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper("long", 50))
        group.create_task(sleeper("short", 5, 7, 9, 11, 13))
        group.create_task(sleeper("middle", 20, 20, 20))
        group.create_task(sleeper("late", 33, 1, 1))
