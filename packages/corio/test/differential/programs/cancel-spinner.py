"""A task that only gives up turns is told at one of them."""

import asyncio

from program import log


async def spinner() -> None:
    try:
        while True:
            await asyncio.sleep(0)
    finally:
        log("the spinner stops")


async def main() -> None:
    task = asyncio.create_task(spinner())
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    log("cancel")
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
