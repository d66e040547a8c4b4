"""A group whose task is cancelled from outside cancels its tasks, waits for them, and lets the cancellation pass."""

import asyncio

from program import log


async def worker(name: str, cleanup: int) -> None:
    try:
        await asyncio.sleep(100)
    finally:
        await asyncio.sleep(cleanup)
        log(name, "is clean")


async def owner() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("a", 6))
            group.create_task(worker("b", 3))
            log("the body ends")
    except BaseException as error:
        log("group:", error)
        raise


async def main() -> None:
    task = asyncio.create_task(owner())
    await asyncio.sleep(10)
    task.cancel("from outside")
    try:
        await task
    except asyncio.CancelledError as error:
        log("joined:", error)
