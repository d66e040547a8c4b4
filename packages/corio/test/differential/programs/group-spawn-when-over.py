"""Spawning into a group whose block has ended is an error."""

import asyncio

from program import log


async def late() -> None:
    log("never")


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        pass
    coroutine = late()
    try:
        group.create_task(coroutine)
    except RuntimeError as error:
        log("spawn:", error)
        coroutine.close()
    await asyncio.sleep(1)
    log("end")
