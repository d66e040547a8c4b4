"""Cancelling a gather with return_exceptions (allSettled) is not swallowed as one of its values."""

import asyncio

from program import log


async def work(name: str) -> None:
    try:
        await asyncio.sleep(100)
    finally:
        log(name, "is stopped")


async def everything() -> None:
    log("never", await asyncio.gather(work("only"), return_exceptions=True))


async def main() -> None:
    task = asyncio.create_task(everything())
    await asyncio.sleep(20)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError as error:
        log("joined:", error)
