"""A group without tasks ends with its body."""

import asyncio

from program import log


async def main() -> None:
    async with asyncio.TaskGroup():
        log("nothing to do")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(asyncio.sleep(5))
        await task
        log("its task has ended before")
    log("end")
