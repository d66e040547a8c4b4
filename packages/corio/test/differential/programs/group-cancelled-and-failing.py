"""Cancelled from outside, with failures: the group is thrown, and the next await is told of the cancellation again."""

import asyncio

from program import Failure, log


async def worker(name: str, cleanup: int) -> None:
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        await asyncio.sleep(cleanup)
        raise Failure(name) from None


async def owner() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("a", 6))
            group.create_task(worker("b", 3))
            await asyncio.sleep(50)
    except ExceptionGroup as error:
        log("caught", error)
    try:
        await asyncio.sleep(50)
        log("never")
    except asyncio.CancelledError:
        log("told again")
        raise


async def main() -> None:
    task = asyncio.create_task(owner())
    await asyncio.sleep(10)
    task.cancel()
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
