"""Releasing a lock that nobody holds is an error; a body that fails gives its lock back."""

import asyncio

from program import Failure, log


async def main() -> None:
    lock = asyncio.Lock()
    try:
        lock.release()
    except RuntimeError as error:
        log("release:", error)
    try:
        async with lock:
            log("locked", lock.locked())
            raise Failure("body")
    except Failure as error:
        log("caught", error)
    log("locked", lock.locked())
