"""A sleep of zero, or less, gives up exactly one turn."""

import asyncio

from program import log


async def spinner(name: str, delay: int, turns: int) -> None:
    for turn in range(turns):
        log(name, turn)
        await asyncio.sleep(delay)


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(spinner("zero", 0, 5))
        group.create_task(spinner("less", -10, 3))
        group.create_task(spinner("one", 1, 2))
        log("body")
        await asyncio.sleep(0)
        log("body again")
    log("end")
