"""Results stand in the order of the arguments, not in that of their ends."""

import asyncio

from program import log


async def work(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    log(name, "ends")
    return name.upper()


async def main() -> None:
    log(await asyncio.gather(work("slow", 30), work("fast", 10), work("middle", 20)))
    log(await asyncio.gather(work("one", 1)))
