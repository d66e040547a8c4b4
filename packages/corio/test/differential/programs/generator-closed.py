"""A generator that is left in the middle is closed, and its clean-up runs."""

import asyncio
from collections.abc import Iterator

from program import log


def numbers() -> Iterator[int]:
    try:
        for number in range(10):
            yield number
    finally:
        log("the generator is closed")


async def main() -> None:
    generator = numbers()
    try:
        for number in generator:
            log("number", number)
            await asyncio.sleep(1)
            if number == 2:
                break
    finally:
        generator.close()
    log("left")
    generator = numbers()
    log("first", next(generator))
    generator.close()
    log("next", next(generator, None))
