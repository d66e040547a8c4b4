"""A failure that nobody joins is reported once; one that somebody joins is not."""

import asyncio

from program import Failure, log


async def failing(name: str, delay: int) -> None:
    await asyncio.sleep(delay)
    raise Failure(name)


async def main() -> None:
    lonely = asyncio.create_task(failing("lonely", 1))
    joined = asyncio.create_task(failing("joined", 2))
    try:
        await joined
    except Failure as error:
        log("caught", error)
    log("lonely is done", lonely.done())
    del lonely
    await asyncio.sleep(10)
    log("end")
