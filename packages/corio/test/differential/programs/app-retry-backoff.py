"""Retries with growing pauses, a limit for each attempt and one for all of them."""

import asyncio

from program import Failure, log


async def fetch(attempt: int) -> str:
    try:
        await asyncio.sleep({1: 3, 2: 50, 3: 4}.get(attempt, 6))
    except asyncio.CancelledError:
        log("attempt", attempt, "is given up")
        raise
    if attempt < 4:
        raise Failure(f"attempt {attempt}")
    return "page"


async def with_retries() -> str:
    pause = 5
    for attempt in range(1, 10):
        try:
            async with asyncio.timeout(10):
                return await fetch(attempt)
        except (Failure, TimeoutError) as error:
            log(error, "pause", pause)
            await asyncio.sleep(pause)
            pause *= 2
    raise Failure("too often")


async def main() -> None:
    for limit in [100, 30]:
        try:
            async with asyncio.timeout(limit):
                log("got", await with_retries())
        except TimeoutError as error:
            log("all of it:", error)
