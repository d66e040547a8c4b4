"""A semaphore may grow above its start, a bounded one may not; a negative start is an error."""

import asyncio

from program import log


async def main() -> None:
    semaphore = asyncio.Semaphore(1)
    semaphore.release()
    await semaphore.acquire()
    log("one taken, locked", semaphore.locked())
    await semaphore.acquire()
    log("two taken, locked", semaphore.locked())
    bounded = asyncio.BoundedSemaphore(1)
    await bounded.acquire()
    bounded.release()
    try:
        bounded.release()
    except ValueError as error:
        log("bounded:", error)
    try:
        asyncio.Semaphore(-1)
    except ValueError as error:
        log("negative:", error)
