"""One of three that are gathered fails."""

import asyncio

from program import Failure, log


async def work(name: str, delay: int) -> None:
    try:
        await asyncio.sleep(delay)
        if name == "bad":
            raise Failure(name)
        log(name, "ends")
    except asyncio.CancelledError:
        log(name, "is cancelled")
        raise


async def main() -> None:
    try:
        await asyncio.gather(work("good", 5), work("bad", 10), work("slow", 30))
    except Failure as error:
        log("caught", error)
    await asyncio.sleep(50)
    log("end")
