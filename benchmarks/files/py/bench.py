# The twin of bench.ts: bench.py CONTESTANT BENCHMARK FOLDER COUNT CALLS. Prints the median time and what was counted, as JSON.
import asyncio, json, os, resource, shutil, statistics, sys, time

contestant, bench, folder, count, calls = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
record = "a small record, number 1234567\n"
many = [os.path.join(folder, "many", str(i)) for i in range(count)] if bench == "many" else []
out = os.path.join(folder, f"out-{contestant}")

def blocking():
    if bench == "lines":
        total = 0
        with open(os.path.join(folder, "lines.txt"), encoding="utf-8") as file:
            for number, line in enumerate(file):
                total += len(line)
                if number + 1 == count: break
        return total
    if bench == "many":
        total = 0
        for path in many:
            with open(path, "rb") as file: total += len(file.read())
        return total
    if bench == "writes":
        with open(out, "w", encoding="utf-8") as file:
            for _ in range(count): file.write(record)
        return os.path.getsize(out)
    shutil.copyfile(os.path.join(folder, "large"), out)
    return os.path.getsize(out)

async def threads():
    import aiofiles
    if bench == "lines":
        total = number = 0
        async with aiofiles.open(os.path.join(folder, "lines.txt"), encoding="utf-8") as file:
            async for line in file:
                total += len(line); number += 1
                if number == count: break
        return total
    if bench == "many":
        limit = asyncio.Semaphore(64)
        async def read(path):
            async with limit, aiofiles.open(path, "rb") as file: return len(await file.read())
        return sum(await asyncio.gather(*map(read, many)))
    if bench == "writes":
        async with aiofiles.open(out, "w", encoding="utf-8") as file:
            for _ in range(count): await file.write(record)
        return os.path.getsize(out)
    async with aiofiles.open(os.path.join(folder, "large"), "rb") as source, aiofiles.open(out, "wb") as target:
        while block := await source.read(1 << 20): await target.write(block)
    return os.path.getsize(out)

times = []
for _ in range(calls):
    start = time.perf_counter()
    check = asyncio.run(threads()) if contestant == "aiofiles" else blocking()
    times.append((time.perf_counter() - start) * 1000)
    if os.path.exists(out): os.remove(out)
print(json.dumps({"ms": statistics.median(times), "check": check, "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
