"""asyncio.to_thread: round trips, in microseconds, as lines of JSON. Memory is shared, so a payload costs nothing: it is not copied."""

import asyncio
import json
import sys
import time

QUICK = "--quick" in sys.argv
ROUNDS = 3 if QUICK else 15


def nothing():
    pass


def echo(payload):
    return bytes(payload)


async def batch(n, flight, fn, *args):
    left = n

    async def caller():
        nonlocal left
        while left > 0:
            left -= 1
            await asyncio.to_thread(fn, *args)

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(flight)))
    return (time.perf_counter() - start) * 1e6 / n


async def main():
    benches = {
        "empty, 1 in flight": (500, 1, nothing),
        "empty, 8 in flight": (1000, 8, nothing),
        "1 KiB there and back": (500, 1, echo, bytearray(1024)),
        "1 MiB there and back, copied": (50, 1, echo, bytearray(1 << 20)),
        "1 MiB there and back, moved": (50, 1, lambda payload: payload, bytearray(1 << 20)),
    }
    for name, bench in benches.items():
        samples = sorted([await batch(*bench) for _ in range(ROUNDS)])
        print(json.dumps({"bench": name, "us": samples[len(samples) // 2]}), flush=True)


asyncio.run(main())
