"""Gathering nothing gives nothing."""

import asyncio

from program import log


async def main() -> None:
    log("before")
    log(await asyncio.gather())
    log(await asyncio.gather(return_exceptions=True))
    log("after")
