"""A shield without a cancellation is not there: values and errors pass."""

import asyncio

from program import Failure, log


async def work(name: str) -> str:
    await asyncio.sleep(5)
    if name == "bad":
        raise Failure(name)
    return name


async def main() -> None:
    log(await asyncio.shield(work("good")))
    try:
        await asyncio.shield(work("bad"))
    except Failure as error:
        log("caught", error)
    try:
        async with asyncio.timeout(10):
            log(await asyncio.shield(work("in time")))
    except TimeoutError as error:
        log(error)
