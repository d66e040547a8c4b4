"""A task can be joined as often as one likes, by many, for its value or its error."""

import asyncio

from program import Failure, log


async def work(name: str, fails: bool) -> str:
    await asyncio.sleep(6 if fails else 5)
    if fails:
        raise Failure(name)
    return f"value of {name}"


async def join(who: str, task: asyncio.Task) -> None:
    try:
        log(who, "joined", await task)
    except Failure as error:
        log(who, "caught", error)


async def main() -> None:
    good = asyncio.create_task(work("good", False))
    bad = asyncio.create_task(work("bad", True))
    joiners = [asyncio.create_task(join(f"{who}{n}", task)) for n in range(2) for who, task in [("g", good), ("b", bad)]]
    log("done", good.done(), bad.done())
    for joiner in joiners:
        await joiner
    await join("late", good)
    await join("late", bad)
    log("done", good.done(), good.cancelled(), good.result(), bad.exception())
