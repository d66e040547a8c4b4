"""What ends with a value, or an error of its own, although it ran out of time."""

import asyncio

from program import Failure, log


async def swallows() -> str:
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        log("swallowed")
    return "a value all the same"


async def fails() -> None:
    try:
        await asyncio.sleep(100)
    finally:
        raise Failure("in the clean-up")


async def main() -> None:
    log(await asyncio.wait_for(swallows(), 10))
    try:
        await asyncio.wait_for(fails(), 10)
    except Failure as error:
        log("caught", error)
    await asyncio.sleep(1)
    log("end")
