// Pipes, devices, terminals and files that have no size.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { cancelScope, Event, forEach, gather, run, taskGroup } from "corio";
import { describe, expect, test } from "vitest";
import { FileError, fileThreads, open, readBytes, readText, writeBytes, writeText } from "../src/index.ts";
import { canCountDescriptors, openAfterSettling } from "./support/descriptors.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

function has(command: string, argument: string): boolean {
  try {
    execFileSync(command, [argument], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function makeFifo(name: string): string {
  execFileSync("mkfifo", [path(name)]);
  return path(name);
}

describe.skipIf(!has("mkfifo", "--version"))("FIFOs", () => {
  test("are read to their end, by whole and by line, from whoever writes them (files 12)", async () => {
    const fifo = makeFifo("fifo");
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i} é\n`).join("");
    await run(async () => {
      expect(await gather([readText(fifo), writeText(fifo, text)])).toEqual([text, undefined]);
      expect(await gather([readBytes(fifo), writeBytes(fifo, Buffer.from(text))])).toEqual([
        Buffer.from(text),
        undefined,
      ]);
      await gather([
        async () => {
          const file = await open(fifo);
          let read = "";
          for await (const line of file) read += line;
          expect(read).toBe(text);
        },
        async () => {
          const file = await open(fifo, "w", { buffering: 100 });
          for (const line of text.split(/(?<=\n)/)) await file.write(line);
        },
      ]);
    });
  });

  test("a writer waits for a reader, who may come later, and stands back while nobody takes it", async () => {
    const fifo = makeFifo("fifo");
    await run(async () => {
      await taskGroup(async (group) => {
        const opened = new Event();
        let written = 0;
        group.spawn(async () => {
          const file = await open(fifo, "wb", { buffering: 0 });
          opened.set();
          for (let i = 0; i < 40; i++) written += await file.write(Buffer.alloc(10_000, i));
        });
        for (let turn = 0; turn < 20; turn++) await setImmediate();
        expect(opened.isSet()).toBe(false);
        const reader = await open(fifo, "rb");
        await opened.wait();
        for (let turn = 0; turn < 50; turn++) await setImmediate();
        // What the pipe holds, and not all.
        expect(written).toBeLessThan(400_000);
        expect((await reader.readAll()).length).toBe(400_000);
      });
    });
  });

  test("twenty that stay silent keep no thread: other files are read meanwhile (files 12)", async () => {
    writeFileSync(path("f"), "abc");
    const fifos = Array.from({ length: 20 }, (_, i) => makeFifo(`fifo${i}`));
    let reading = 0;
    await run(async () => {
      await taskGroup({ cancellable: true }, async (group) => {
        for (const [i, fifo] of fifos.entries())
          group.spawn(async () => {
            // Half of them have a writer, who says nothing.
            const silent = i % 2 === 0 ? await open(fifo, "r+b") : undefined;
            const file = await open(fifo, "rb");
            reading++;
            await file.read(1);
            await silent?.close();
          });
        for (let turn = 0; reading < 20 && turn < 20_000; turn++) await setImmediate();
        expect(fileThreads.statistics()).toMatchObject({ running: 0, waiting: 0 });
        expect(await readText(path("f"))).toBe("abc");
        group.cancel();
      });
    });
    if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
  });

  test("a cancelled read loses nothing, and the file is closed at once", async () => {
    const fifo = makeFifo("fifo");
    await run(async () => {
      const writer = await open(fifo, "r+b", { buffering: 0 });
      const reader = await open(fifo, "rb");
      await cancelScope(async (scope) => {
        void setImmediate().then(() => scope.cancel());
        await reader.readExactly(6);
      });
      await writer.write(Buffer.from("abc"));
      await cancelScope(async (scope) => {
        void setImmediate().then(() => setImmediate().then(() => scope.cancel()));
        await reader.readExactly(6);
      });
      await writer.write(Buffer.from("def"));
      expect((await reader.readExactly(6)).toString()).toBe("abcdef");
    });
    if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
  });

  test("what is written when the reader has gone is an error that says so", async () => {
    const fifo = makeFifo("fifo");
    await run(async () => {
      const reader = await open(fifo, "rb");
      const writer = await open(fifo, "wb", { buffering: 0 });
      await reader.close();
      const error = await Promise.resolve(writer.write(Buffer.alloc(10))).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FileError);
      expect(error).toMatchObject({ code: "EPIPE", operation: "write", path: fifo });
    });
  });
});

describe("devices and files of the system (files 12)", () => {
  test.skipIf(!existsSync("/dev/zero"))(
    "/dev/zero gives as much as is asked for, /dev/null nothing",
    async () => {
      await run(async () => {
        const zero = await open("/dev/zero", "rb");
        expect((await zero.readExactly(200_000)).every((byte) => byte === 0)).toBe(true);
        expect(zero.seekable).toBe(false);
        expect(zero.isatty()).toBe(false);
        expect(await readText("/dev/null")).toBe("");
        const nothing = await open("/dev/null", "w+");
        await nothing.write("gone");
        await nothing.flush();
        expect(await nothing.read()).toBe("");
        await writeText("/dev/null", "gone");
      });
    },
  );

  test.skipIf(!existsSync("/proc/self/status"))("/proc is read to its end, by every way", async () => {
    await run(function* () {
      const whole = yield* readText("/proc/cpuinfo");
      expect(whole.length).toBeGreaterThan(0);
      const file = yield* open("/proc/self/status", "r", { buffering: 16 });
      const lines: string[] = [];
      yield* forEach(file.lines(), (line) => void lines.push(line));
      expect(lines.length).toBeGreaterThan(10);
      expect(lines.at(-1)?.endsWith("\n")).toBe(true);
      expect(readFileSync("/proc/self/status", "utf8").split("\n")[0]).toBe(lines[0]?.trimEnd());
    });
  });
});
