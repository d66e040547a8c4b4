"""A gather is cancelled while its children need time to clean up."""

import asyncio

from program import log


async def work(name: str, delay: int, cleanup: int) -> None:
    try:
        await asyncio.sleep(delay)
        log(name, "ends")
    finally:
        await asyncio.sleep(cleanup)
        log(name, "is clean")


async def everything() -> None:
    try:
        await asyncio.gather(work("a", 5, 0), work("b", 100, 7), work("c", 100, 3))
    except asyncio.CancelledError as error:
        log("gather:", error)
        raise


async def main() -> None:
    task = asyncio.create_task(everything())
    await asyncio.sleep(20)
    log("cancel", task.cancel("stop"))
    try:
        await task
    except asyncio.CancelledError as error:
        log("joined:", error)
    log(task.cancelled())
