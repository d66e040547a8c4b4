"""The body joins the task that fails."""

import asyncio

from program import Failure, log


async def worker() -> None:
    await asyncio.sleep(10)
    raise Failure("worker")


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(worker())
            try:
                await task
            except BaseException as error:
                log("body:", error)
                raise
    except ExceptionGroup as error:
        log("caught", error)
