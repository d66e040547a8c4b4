"""Nested clean-up runs from the inside out, each part in its own time."""

import asyncio

from program import log


async def layer(depth: int) -> None:
    try:
        if depth > 0:
            await layer(depth - 1)
        else:
            await asyncio.sleep(100)
    except asyncio.CancelledError as error:
        log(depth, error)
        raise
    finally:
        await asyncio.sleep(depth + 1)
        log(depth, "is clean")


async def main() -> None:
    task = asyncio.create_task(layer(3))
    await asyncio.sleep(10)
    task.cancel("down")
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
