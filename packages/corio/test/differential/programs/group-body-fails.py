"""The body fails: its tasks are cancelled, and the group has the body's error."""

import asyncio

from program import Failure, log


async def worker() -> None:
    try:
        await asyncio.sleep(100)
    finally:
        log("worker is stopped")
        await asyncio.sleep(5)
        log("worker is clean")


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker())
            await asyncio.sleep(10)
            raise Failure("body")
    except ExceptionGroup as error:
        log("caught", error)
