"""The loop over an async generator is left by an error."""

import asyncio
from collections.abc import AsyncIterator

from program import Failure, log


async def numbers() -> AsyncIterator[int]:
    try:
        for number in range(10):
            await asyncio.sleep(1)
            yield number
    finally:
        log("the generator is closed")


async def main() -> None:
    generator = numbers()
    try:
        async for number in generator:
            log("number", number)
            if number == 2:
                raise Failure("enough")
    except Failure as error:
        log("caught", error)
    await asyncio.sleep(1)
    log("end")
