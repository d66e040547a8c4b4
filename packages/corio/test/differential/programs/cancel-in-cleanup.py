"""A task is cancelled a second time while it cleans up."""

import asyncio

from program import log


async def worker() -> None:
    try:
        await asyncio.sleep(100)
    finally:
        log("cleaning up")
        try:
            await asyncio.sleep(20)
            log("clean")
        except asyncio.CancelledError:
            log("the clean-up was broken off")
            raise


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(10)
    log("cancel", task.cancel())
    await asyncio.sleep(10)
    log("cancel again", task.cancel())
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
