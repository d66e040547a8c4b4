"""A limit of zero lets a body through that does not wait."""

import asyncio

from program import log


async def block(name: str, waits: bool) -> None:
    try:
        async with asyncio.timeout(0):
            log(name, "begins")
            if waits:
                await asyncio.sleep(5)
            log(name, "ends")
    except TimeoutError as error:
        log(name, error)


async def main() -> None:
    await block("quick", False)
    await block("slow", True)
    await block("quick again", False)
