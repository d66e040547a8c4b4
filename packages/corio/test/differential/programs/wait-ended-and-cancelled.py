"""A task waits for a sibling, whose failure ends the wait and cancels the waiter."""

import asyncio

from program import Failure, log


async def failing() -> None:
    await asyncio.sleep(10)
    raise Failure("bad")


async def waiter(sibling: asyncio.Task) -> None:
    try:
        await asyncio.wait([sibling])
        log("waiter was told", sibling.exception())
        await asyncio.sleep(1)
        log("never")
    except asyncio.CancelledError as error:
        log("waiter:", error)
        raise


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as group:
            sibling = group.create_task(failing())
            group.create_task(waiter(sibling))
    except BaseExceptionGroup as error:
        log(error)
