// What happens when the disk is full or the system refuses in the middle.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cancelScope, run, type Awaitable } from "corio";
import { describe, expect, test } from "vitest";
import { DiskFullError, FileClosedError, open, withFile, type TextFile } from "../src/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();
const full = "/dev/full";

async function caught(awaitable: Awaitable<unknown>): Promise<unknown> {
  try {
    await awaitable;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe.skipIf(!existsSync(full))("a full disk (where there is /dev/full)", () => {
  test("flush throws DiskFullError and keeps the data for another try (files 4, files 11)", async () => {
    await run(async () => {
      const file = await open(full, "w");
      await file.write("data");
      const error = await caught(file.flush());
      expect(error).toBeInstanceOf(DiskFullError);
      expect(error).toMatchObject({ code: "ENOSPC", operation: "write", path: full });
      expect(await caught(file.flush())).toBeInstanceOf(DiskFullError);
      // Closing tries again, and says so when it fails.
      expect(await caught(file.close())).toBeInstanceOf(DiskFullError);
      expect(file.closed).toBe(true);
      await file.close();
    });
  });

  test("close throws what a lost flush would have hidden (files 4)", async () => {
    await run(async () => {
      const file = await open(full, "wb");
      await file.write(Buffer.from("data"));
      expect(await caught(file.close())).toBeInstanceOf(DiskFullError);
      expect(await caught(file.write(Buffer.from("x")))).toBeInstanceOf(FileClosedError);
    });
  });

  test("so does the end of the scope, unless the failure was thrown before (files 4)", async () => {
    await run(async () => {
      expect(
        await caught(
          cancelScope(async () => {
            await (await open(full, "w")).write("data");
          }),
        ),
      ).toBeInstanceOf(DiskFullError);
      let file: TextFile | undefined;
      await cancelScope(async () => {
        file = await open(full, "w");
        await file.write("data");
        expect(await caught(file.flush())).toBeInstanceOf(DiskFullError);
      });
      expect(file?.closed).toBe(true);
      expect(await caught(withFile(full, "w", (opened) => opened.write("data")))).toBeInstanceOf(
        DiskFullError,
      );
    });
  });
});

test("one file of a scope that cannot be flushed does not keep the others from being closed", async () => {
  if (!existsSync(full)) return;
  const files: TextFile[] = [];
  await run(async () => {
    await caught(
      cancelScope(async () => {
        for (const name of [path("a"), full, path("b")]) {
          const file = await open(name, "w");
          await file.write("kept");
          files.push(file);
        }
      }),
    );
  });
  expect(files.map((file) => file.closed)).toEqual([true, true, true]);
  expect(readFileSync(path("a"), "utf8") + readFileSync(path("b"), "utf8")).toBe("keptkept");
});

test("a descriptor that the system has closed is an error, not a wrong file", async () => {
  writeFileSync(path("f"), "abc");
  await run(async () => {
    const { closeSync } = await import("node:fs");
    const file = await open(path("f"), "rb");
    closeSync(file.fileno());
    expect(await caught(file.read(1))).toMatchObject({ code: "EBADF", name: "FileError" });
    await caught(file.close());
  });
});
