"""A task of a group joins another one, which is cancelled."""

import asyncio

from program import log


async def sleeper() -> None:
    await asyncio.sleep(100)


async def joiner(task: asyncio.Task) -> None:
    await task
    log("never")


async def main() -> None:
    outside = asyncio.create_task(sleeper())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(joiner(outside))
            await asyncio.sleep(10)
            outside.cancel()
            await asyncio.sleep(10)
            log("the body ends")
        log("no error: the joiner's work was not done, and nobody is told")
    except ExceptionGroup as error:
        log("caught", error)
