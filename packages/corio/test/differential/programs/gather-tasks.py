"""Tasks that run already can be gathered: their results, in order, as soon as the last one has ended."""

import asyncio

from program import log


async def work(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    log(name, "ends")
    return name


async def main() -> None:
    tasks = [asyncio.create_task(work(name, delay)) for name, delay in [("a", 12), ("b", 4), ("c", 8)]]
    await asyncio.sleep(6)
    log("gathering")
    log(await asyncio.gather(*tasks))
    log(await asyncio.gather(*tasks))
