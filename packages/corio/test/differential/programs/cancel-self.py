"""A task that cancels itself is told at its next real wait; an error of its own comes first."""

import asyncio

from program import Failure, log


async def waits() -> None:
    try:
        asyncio.current_task().cancel("by myself")
        log("goes on until it waits")
        await asyncio.sleep(0)
        log("never")
    except asyncio.CancelledError as error:
        log(error)
        raise


async def fails() -> None:
    asyncio.current_task().cancel()
    raise Failure("first")


async def main() -> None:
    waiting = asyncio.create_task(waits())
    failing = asyncio.create_task(fails())
    await asyncio.wait([waiting, failing])
    log(waiting.cancelled(), failing.cancelled(), failing.exception())
