"""A task is cancelled before its first step."""

import asyncio

from program import log


async def worker() -> None:
    try:
        log("begins")
        await asyncio.sleep(1)
        log("never")
    finally:
        log("cleans up")


async def main() -> None:
    task = asyncio.create_task(worker())
    log("cancel", task.cancel())
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
