"""A task is spawned into a group that is being cancelled."""

import asyncio

from program import Failure, log


async def late() -> None:
    log("late begins")
    await asyncio.sleep(1)
    log("late ends")


async def failing() -> None:
    await asyncio.sleep(10)
    raise Failure("worker")


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(failing())
            try:
                await asyncio.sleep(100)
            finally:
                coroutine = late()
                try:
                    group.create_task(coroutine)
                except RuntimeError as error:
                    log("spawn:", error)
                    coroutine.close()
    except ExceptionGroup as error:
        log("caught", error)
