"""Of nested timeouts each one turns its own expiry into an error, whichever comes first."""

import asyncio

from program import log


async def nested(outer: int, inner: int) -> None:
    log("outer", outer, "inner", inner)
    try:
        async with asyncio.timeout(outer):
            try:
                async with asyncio.timeout(inner):
                    try:
                        await asyncio.sleep(100)
                    except asyncio.CancelledError as error:
                        log("body:", error)
                        raise
            except TimeoutError as error:
                log("inner:", error)
                await asyncio.sleep(2)
                log("outer body goes on")
            except asyncio.CancelledError as error:
                log("inner passes on", error)
                raise
    except TimeoutError as error:
        log("outer:", error)


async def main() -> None:
    await nested(50, 10)
    await nested(10, 50)
    await nested(11, 10)
