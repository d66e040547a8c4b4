"""A task is cancelled while its timeout expires."""

import asyncio

from program import log


async def worker() -> None:
    try:
        async with asyncio.timeout(10):
            try:
                await asyncio.sleep(100)
            finally:
                log("body cleans up")
                await asyncio.sleep(5)
                log("body is clean")
    except TimeoutError as error:
        log("worker:", error)
        raise
    except asyncio.CancelledError as error:
        log("worker:", error)
        raise


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(12)
    log("cancel", task.cancel("from outside"))
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
