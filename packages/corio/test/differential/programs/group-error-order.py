"""Errors stand in the order in which they happened, those of clean-up behind, the body's own last."""

import asyncio

from program import Failure, log


async def worker(name: str, delay: int, cleanup: int) -> None:
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        await asyncio.sleep(cleanup)
        raise Failure(f"clean-up of {name}") from None
    raise Failure(name)


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("a", 50, 7))
            group.create_task(worker("b", 50, 3))
            group.create_task(worker("c", 10, 0))
            try:
                await asyncio.sleep(100)
            finally:
                raise Failure("body")
    except ExceptionGroup as error:
        log("caught", error)
    try:
        async with asyncio.TaskGroup():
            raise Failure("body alone")
    except ExceptionGroup as error:
        log("caught", error)
