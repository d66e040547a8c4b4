"""Groups nest: an inner group's failure is one error of the outer group."""

import asyncio

from program import Failure, log


async def worker(name: str, delay: int) -> None:
    try:
        await asyncio.sleep(delay)
        raise Failure(name)
    except asyncio.CancelledError:
        log(name, "is stopped")
        raise


async def inner() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(worker("a", 10))
        group.create_task(worker("b", 20))


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(inner())
            group.create_task(worker("c", 30))
    except ExceptionGroup as error:
        log("caught", error)
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(worker("d", 10))
            async with asyncio.TaskGroup() as group:
                group.create_task(worker("e", 30))
                await asyncio.sleep(50)
            log("never")
    except ExceptionGroup as error:
        log("caught", error)
