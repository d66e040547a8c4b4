import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { call, cancelScope, run, type Scope } from "corio";
import { expect, test } from "vitest";
import { FileNotFoundError, temporaryDirectory, withTemporaryDirectory } from "../../src/index.ts";
import { cancelAtWait } from "../support/cancel-at.ts";
import { both, caught } from "../support/dialects.ts";
import { asPlainUser } from "../support/other-user.ts";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();

both("a folder of one's own, which goes with all that is in it", function* ({ wait, fn }) {
  mkdirSync(path("kept"));
  writeFileSync(path("kept", "f"), "");
  for (const end of ["return", "failure", "cancel"]) {
    const block = cancelScope(
      fn(function* (scope: Scope) {
        const folder = yield* wait(temporaryDirectory({ dir: path("."), prefix: "p-", suffix: ".d" }));
        expect(folder.path).toMatch(/\/p-[0-9a-f]{24}\.d$/);
        expect([folder.name, String(folder), dirname(folder.path)]).toEqual([
          folder.path,
          folder.path,
          path("."),
        ]);
        expect(lstatSync(folder.path).mode & 0o7777).toBe(0o700);
        mkdirSync(`${folder.path}/a/b`, { recursive: true });
        writeFileSync(`${folder.path}/a/b/c`, "");
        symlinkSync(path("kept"), `${folder.path}/a/link`);
        if (end === "failure") throw new Error("mine");
        if (end === "cancel") scope.cancel();
      }),
    );
    if (end === "failure") expect(yield* caught(wait(block))).toMatchObject({ message: "mine" });
    else yield* wait(block);
    expect(readdirSync(path("."))).toEqual(["kept"]);
    expect(readdirSync(path("kept"))).toEqual(["f"]);
  }
});

both("cleanup removes it earlier, once", function* ({ wait }) {
  const folder = yield* wait(temporaryDirectory({ dir: path(".") }));
  yield* wait(folder.cleanup());
  expect(readdirSync(path("."))).toEqual([]);
  // Somebody else's by now.
  mkdirSync(folder.path);
  yield* wait(folder.cleanup());
  yield* wait(folder.close());
  expect(existsSync(folder.path)).toBe(true);
});

both("the block is given its path, and gives what the body gives", function* ({ wait, fn }) {
  const listeners = process.listenerCount("exit");
  const given = yield* wait(
    withTemporaryDirectory(
      { dir: path(".") },
      fn(function* (folder: string) {
        expect(existsSync(folder)).toBe(true);
        expect(process.listenerCount("exit")).toBe(listeners + 1);
        return folder;
      }),
    ),
  );
  expect(existsSync(given)).toBe(false);
  expect(process.listenerCount("exit")).toBe(listeners);
  expect(yield* wait(withTemporaryDirectory((folder) => typeof folder))).toBe("string");
});

test("also `await using` removes it", async () => {
  await run(async () => {
    let name = "";
    {
      await using folder = await temporaryDirectory({ dir: path(".") });
      name = folder.path;
    }
    expect(existsSync(name)).toBe(false);
  });
});

test("folders that were closed to writing go too", async () => {
  await asPlainUser(path("."), async () => {
    await run(() =>
      withTemporaryDirectory({ dir: path(".") }, (folder) => {
        mkdirSync(`${folder}/a/b`, { recursive: true });
        writeFileSync(`${folder}/a/b/c`, "");
        chmodSync(`${folder}/a/b`, 0);
        chmodSync(`${folder}/a`, 0o500);
        chmodSync(folder, 0o500);
      }),
    );
    expect(readdirSync(path("."))).toEqual([]);
  });
});

both("there is none where there is no folder for it", function* ({ wait }) {
  const error = yield* caught(wait(temporaryDirectory({ dir: path("none") })));
  expect(error).toBeInstanceOf(FileNotFoundError);
  expect(error).toMatchObject({ operation: "mkdir" });
  expect(yield* caught(wait(temporaryDirectory({ prefix: "a/" })))).toBeInstanceOf(TypeError);
});

test("cancelled anywhere, nothing is left", async () => {
  for (let n = 1; ; n++) {
    const { reached } = await run(() =>
      call(cancelAtWait, n, () =>
        withTemporaryDirectory({ dir: path(".") }, (folder) => writeFileSync(`${folder}/f`, "")),
      ),
    );
    while (readdirSync(path(".")).length > 0) await new Promise((resolve) => setImmediate(resolve));
    if (!reached) break;
    expect(n).toBeLessThan(30);
  }
});
