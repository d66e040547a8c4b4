"""The running task is known in all that it calls."""

import asyncio

from program import log


async def whoami(place: str) -> None:
    task = asyncio.current_task()
    log(place, task.get_name())


async def worker() -> None:
    await whoami("at first")
    await asyncio.sleep(5)
    await whoami("after a sleep")
    async with asyncio.timeout(10):
        await whoami("in a timeout")


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        one = group.create_task(worker(), name="one")
        await asyncio.sleep(1)
        group.create_task(worker(), name="two")
        log("named", one.get_name())
