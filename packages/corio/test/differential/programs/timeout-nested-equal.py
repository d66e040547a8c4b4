"""Nested timeouts with one deadline: only the outermost throws."""

import asyncio

from program import log


TIES = True


async def main() -> None:
    try:
        async with asyncio.timeout(10):
            try:
                async with asyncio.timeout(10):
                    await asyncio.sleep(100)
            except TimeoutError as error:
                log("inner:", error)
            except asyncio.CancelledError as error:
                log("inner passes on", error)
                raise
    except TimeoutError as error:
        log("outer:", error)
