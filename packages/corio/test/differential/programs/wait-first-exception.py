"""FIRST_EXCEPTION does not count cancelled tasks, and returns at once when one had failed before."""

import asyncio

from program import Failure, log


async def work(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    if name == "bad":
        raise Failure(name)
    return name


async def main() -> None:
    good = asyncio.create_task(work("good", 5))
    gone = asyncio.create_task(work("gone", 50))
    bad = asyncio.create_task(work("bad", 20))
    slow = asyncio.create_task(work("slow", 40))
    asyncio.get_running_loop().call_later(10, gone.cancel)
    tasks = [good, gone, bad, slow]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    log("done", [task in done for task in tasks], "pending", [task in pending for task in tasks])
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    log("again", len(done), len(pending), bad.exception())
    done, pending = await asyncio.wait([good, slow], return_when=asyncio.FIRST_EXCEPTION)
    log("without it", len(done), len(pending))
