"""A wait that times out neither throws nor cancels; waiting for nothing is an error."""

import asyncio

from program import log


async def work(name: str, delay: int) -> None:
    await asyncio.sleep(delay)
    log(name, "ends")


async def main() -> None:
    quick = asyncio.create_task(work("quick", 5))
    slow = asyncio.create_task(work("slow", 25))
    done, pending = await asyncio.wait([quick, slow], timeout=10)
    log("done", quick in done, slow in done, "pending", quick in pending, slow in pending)
    done, pending = await asyncio.wait([quick, slow], timeout=0)
    log("at once", len(done), len(pending))
    done, pending = await asyncio.wait([quick, slow])
    log("all", len(done), len(pending))
    try:
        await asyncio.wait([])
    except ValueError as error:
        log("nothing:", error)
