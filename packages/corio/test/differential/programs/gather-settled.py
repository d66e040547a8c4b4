"""With return_exceptions (allSettled) failures and cancellations come back as values, and stop nobody."""

import asyncio

from program import Failure, log


async def work(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    log(name, "ends")
    if name.startswith("bad"):
        raise Failure(name)
    return name


async def main() -> None:
    victim = asyncio.create_task(work("victim", 100))
    asyncio.get_running_loop().call_later(15, victim.cancel)
    for outcome in await asyncio.gather(
        work("bad1", 30), work("good", 20), victim, work("bad2", 10), return_exceptions=True
    ):
        log("outcome", outcome)
