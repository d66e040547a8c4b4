// A symbolic link copied as what it is.
import * as fs from "node:fs";
import { shield, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { rawName, type FolderHandle, type RawName } from "../folder-handle.ts";
import { temporaryName } from "../temporary-name.ts";
import { removeTemporary } from "./copy-into.ts";

/** The new link says what the old one said: a relative one counts from its new place. */
export function* copyLink(
  from: FolderHandle,
  fromName: RawName,
  to: FolderHandle,
  toName: RawName,
  overwrite: boolean,
): Coroutine<void> {
  const text = yield* from.call<Buffer>("readlink", fromName, (done) =>
    fs.readlink(from.at(fromName), { encoding: "buffer" }, done),
  );
  if (!overwrite) return yield* makeLink(text, to, toName, toName);
  const temporary = rawName(temporaryName(Buffer.from(toName, "latin1").toString()));
  let made = false;
  try {
    made = true;
    yield* makeLink(text, to, toName, temporary);
    yield* to.call<void>("copy", toName, (done) =>
      fs.rename(to.at(temporary), to.at(toName), done as fs.NoParamCallback),
    );
    made = false;
  } finally {
    if (made) yield* shield(() => coroutine(removeTemporary, to, temporary));
  }
}

function* makeLink(text: Buffer, folder: FolderHandle, shown: RawName, name: RawName): Coroutine<void> {
  yield* folder.call<void>(
    "copy",
    shown,
    (done) => fs.symlink(text, folder.at(name), done as fs.NoParamCallback),
    () => folder.discard(name),
  );
}
