"""The first failure cancels the body and the siblings, which may clean up; the group throws when all have ended."""

import asyncio

from program import Failure, log


async def worker(name: str, delay: int, cleanup: int) -> None:
    try:
        await asyncio.sleep(delay)
        log(name, "ends")
        if name == "bad":
            raise Failure(name)
    except asyncio.CancelledError:
        await asyncio.sleep(cleanup)
        log(name, "is clean")
        raise


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("quick", 5, 0))
            group.create_task(worker("bad", 10, 0))
            group.create_task(worker("slow", 50, 6))
            group.create_task(worker("slower", 60, 4))
            try:
                await asyncio.sleep(100)
            finally:
                await asyncio.sleep(2)
                log("the body is clean")
    except ExceptionGroup as error:
        log("caught", error)
