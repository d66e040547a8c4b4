"""A timeout around a group: its tasks are stopped; a task that fails is told of as the group's failure."""

import asyncio

from program import Failure, log


async def worker(name: str, delay: int) -> None:
    try:
        await asyncio.sleep(delay)
        if name == "bad":
            raise Failure(name)
    except asyncio.CancelledError:
        log(name, "is stopped")
        raise


async def block(limit: int, name: str) -> None:
    try:
        async with asyncio.timeout(limit):
            async with asyncio.TaskGroup() as group:
                group.create_task(worker(name, 20))
    except* TimeoutError as error:
        log("timeout", len(error.exceptions))
    except* Failure as error:
        log("failed:", error)


async def main() -> None:
    await block(10, "late")
    await block(30, "bad")
    await block(30, "good")
    log("end")
