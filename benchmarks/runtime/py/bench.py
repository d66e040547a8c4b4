#!/usr/bin/env python3
"""bench.ts's twin for asyncio and uvloop: one loop, one benchmark, one line of JSON.

    bench.py asyncio|uvloop BENCH N [MILLISECONDS]
"""
import asyncio
import gc
import json
import os
import sys
import time

# At most so many timed calls, and no further one after `budget` milliseconds.
MOST_CALLS = 5

loop_name, bench, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
budget = float(sys.argv[4]) if len(sys.argv) > 4 else 1000


class Timer:
    """`start` and `stop` bracket the part that counts; `measure` is called while the tasks sleep."""

    def __init__(self, measure=lambda: None):
        self.start_time = self.stop_time = 0
        self.measure = measure

    def start(self):
        self.start_time = time.perf_counter_ns()

    def stop(self):
        self.stop_time = time.perf_counter_ns()


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def ret(i):
    return i


async def ret_yield(i):
    await asyncio.sleep(0)
    return i


async def rec(depth):
    if depth == 0:
        await asyncio.sleep(0)
        return 1
    return 1 + await rec(depth - 1)


async def rec_sync(depth):
    if depth == 0:
        return 1
    return 1 + await rec_sync(depth - 1)


async def rec_leaf(depth, n):
    if depth == 0:
        for _ in range(n):
            await asyncio.sleep(0)
        return 1
    return 1 + await rec_leaf(depth - 1, n)


async def napper(i):
    await asyncio.sleep(0.01)
    return i


async def long_sleeper():
    await asyncio.sleep(3600)


def spawn_join(child):
    async def program(n, timer):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(child(i)) for i in range(n)]
        return sum(task.result() for task in tasks)

    return program


async def spawn_await_seq(n, timer):
    s = 0
    for i in range(n):
        s += await asyncio.create_task(ret(i))
    return s


async def yields(n, timer):
    for _ in range(n):
        await asyncio.sleep(0)
    return n


async def pingpong(n, timer):
    a, b, k = asyncio.Queue(), asyncio.Queue(), n // 2

    async def one():
        s = 0
        for i in range(k):
            a.put_nowait(i)
            s += await b.get()
        return s

    async def two():
        for _ in range(k):
            b.put_nowait(await a.get() + 1)

    async with asyncio.TaskGroup() as group:
        first = group.create_task(one())
        group.create_task(two())
    return first.result()


async def sleeps(n, timer):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(napper(i)) for i in range(n)]
    return len(tasks)


async def cancel(n, timer):
    tasks = [asyncio.create_task(long_sleeper()) for _ in range(n)]
    await asyncio.sleep(0.02)
    timer.start()
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    timer.stop()
    return sum(isinstance(result, asyncio.CancelledError) for result in results)


async def memory(n, timer):
    tasks = [asyncio.create_task(long_sleeper()) for _ in range(n)]
    await asyncio.sleep(0.02)
    timer.measure()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def deep_calls(function):
    async def program(n, timer):
        s = 0
        for _ in range(n):
            s += await function(50)
        return s

    return program


async def deep_leaf(n, timer):
    return await rec_leaf(50, n)


async def semaphore(n, timer):
    permits, count = asyncio.Semaphore(100), 0

    async def job():
        nonlocal count
        async with permits:
            await asyncio.sleep(0)
            count += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(n):
            group.create_task(job())
    return count


async def bounded_map(n, timer):
    following, count, out = 0, 0, [None] * n

    async def job(x):
        nonlocal count
        await asyncio.sleep(0)
        count += 1
        return x

    async def worker():
        nonlocal following
        while following < n:
            k = following
            following += 1
            out[k] = await job(k)

    async with asyncio.TaskGroup() as group:
        for _ in range(100):
            group.create_task(worker())
    return count


async def lock(n, timer):
    mutex, count = asyncio.Lock(), 0
    for _ in range(n):
        async with mutex:
            count += 1
    return count


PROGRAMS = {
    "a_spawn_join": spawn_join(ret),
    "a2_spawn_yield_join": spawn_join(ret_yield),
    "a3_spawn_await_seq": spawn_await_seq,
    "b_yield": yields,
    "b2_yield_io": yields,
    "c_pingpong": pingpong,
    "d_sleep": sleeps,
    "e_cancel": cancel,
    "f_deep_calls": deep_calls(rec),
    "f2_deep_leaf": deep_leaf,
    "f3_deep_calls_sync": deep_calls(rec_sync),
    "g_semaphore": semaphore,
    "g2_bounded_map": bounded_map,
    "h_lock": lock,
    "m_mem": memory,
}


def run(coroutine):
    if loop_name == "uvloop":
        import uvloop

        return uvloop.run(coroutine)
    return asyncio.run(coroutine)


def say(**result):
    print(json.dumps({"peer": loop_name, "bench": bench, "n": n, **result}))
    sys.exit()


def once(size):
    async def timed():
        gc.collect()
        timer = Timer()
        timer.start()
        check = await program(size, timer)
        if timer.stop_time == 0:
            timer.stop()
        return (timer.stop_time - timer.start_time) / size, check

    return run(timed())


program = PROGRAMS.get(bench)
if program is None:
    say(missing=True)

if bench == "m_mem":
    run(program(1000, Timer()))
    gc.collect()
    before, after = resident(), []

    def measure():
        gc.collect()
        after.append(resident())

    run(program(n, Timer(measure)))
    say(resident=(after[0] - before) // n)

once(max(100, min(n, 10_000)))
times, spent = [], 0.0
while len(times) < MOST_CALLS and (not times or spent < budget):
    begin = time.perf_counter()
    ns, check = once(n)
    spent += (time.perf_counter() - begin) * 1000
    times.append(ns)
say(ns=round(sorted(times)[len(times) // 2], 1), calls=len(times), check=check)
