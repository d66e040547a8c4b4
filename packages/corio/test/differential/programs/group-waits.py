"""A group waits for all of its tasks, also for those that its tasks start while it waits."""

import asyncio

from program import log


async def worker(group: asyncio.TaskGroup, name: str, delay: int, depth: int) -> str:
    await asyncio.sleep(delay)
    log(name, "ends")
    if depth > 0:
        group.create_task(worker(group, f"{name}'", delay, depth - 1))
    return name


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(worker(group, "first", 10, 2))
        second = group.create_task(worker(group, "second", 3, 1))
        log("the body ends")
    log("the group ends", first.result(), second.result())
