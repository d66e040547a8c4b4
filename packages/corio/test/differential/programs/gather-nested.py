"""Gathers nest."""

import asyncio

from program import log


async def work(name: str, delay: int) -> str:
    log(name, "starts")
    await asyncio.sleep(delay)
    log(name, "ends")
    return name


async def pair(left: str, right: str, delay: int) -> list[str]:
    both = await asyncio.gather(work(left, delay), work(right, delay + 1))
    log("pair", both)
    return both


async def main() -> None:
    log(await asyncio.gather(pair("a", "b", 10), pair("c", "d", 20), work("e", 15)))
