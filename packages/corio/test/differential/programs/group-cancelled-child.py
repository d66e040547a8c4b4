"""A task of the group that is cancelled by itself is no failure, and stops nobody."""

import asyncio

from program import log


async def worker(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    log(name, "ends")
    return name


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        victim = group.create_task(worker("victim", 100))
        other = group.create_task(worker("other", 20))
        await asyncio.sleep(10)
        log("cancel", victim.cancel())
    log("the group ends", victim.cancelled(), other.result())
