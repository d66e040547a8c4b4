"""A task cannot join itself, and a coroutine cannot be awaited twice; the program may go on."""

import asyncio

from program import log


async def value() -> int:
    return 7


async def main() -> None:
    async def narcissus() -> None:
        try:
            await task
        except RuntimeError as error:
            log("itself:", error)

    task = asyncio.create_task(narcissus())
    await task
    once = value()
    log("once", await once)
    try:
        await once
    except RuntimeError as error:
        log("twice:", error)
