"""Clean-up after a cancellation may await, and open groups and timeouts."""

import asyncio

from program import log


async def step(name: str, delay: int) -> None:
    await asyncio.sleep(delay)
    log(name, "done")


async def worker() -> None:
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError as error:
        log(error)
        async with asyncio.TaskGroup() as group:
            group.create_task(step("flush", 4))
            group.create_task(step("close", 2))
        try:
            async with asyncio.timeout(3):
                await step("too slow", 10)
        except TimeoutError as late:
            log("clean-up:", late)
        log(await asyncio.gather(step("last", 1)))
        raise


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(10)
    task.cancel("shutdown")
    try:
        await task
    except asyncio.CancelledError as error:
        log("joined:", error)
