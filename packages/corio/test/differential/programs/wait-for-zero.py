"""A limit of zero for something that has not begun."""

import asyncio

from program import log


async def work() -> str:
    log("begins")
    await asyncio.sleep(1)
    return "value"


async def main() -> None:
    for limit in [0, -5]:
        try:
            await asyncio.wait_for(work(), limit)
        except TimeoutError as error:
            log(error)
