// What servers of well-known protocols say before TLS begins: just enough for a client that wants nothing else.
import type { Connection } from "../../../src/index.ts";
import type { Dialect } from "../../support/dialects.ts";

type Steps<T> = Generator<unknown, T, unknown>;
type Upgrade = (dialect: Dialect, connection: Connection) => Steps<void>;

/** Answers lines until one asks for TLS, which it grants. */
function byLines(
  greeting: string,
  answers: readonly (readonly [asked: RegExp, answer: string])[],
  wanted: RegExp,
  granted: string,
): Upgrade {
  return function* ({ wait }, { reader, writer }) {
    yield* wait(writer.write(greeting));
    for (;;) {
      const line = String(yield* wait(reader.readUntil("\r\n")));
      // The tag of an IMAP command comes back with the answer to it.
      const tag = /^\S*/.exec(line)![0];
      if (wanted.test(line)) {
        yield* wait(writer.write(granted.replace("TAG", tag)));
        return;
      }
      const found = answers.find(([asked]) => asked.test(line));
      if (found === undefined) throw new Error(`a line that nobody expected: ${line}`);
      yield* wait(writer.write(found[1].replace("TAG", tag)));
    }
  };
}

/** By the names that `openssl s_client -starttls` has for them. */
export const upgrades: Readonly<Record<string, Upgrade>> = {
  smtp: byLines(
    "220 corio.test ESMTP\r\n",
    [[/^EHLO /, "250-corio.test\r\n250-8BITMIME\r\n250 STARTTLS\r\n"]],
    /^STARTTLS\r\n$/,
    "220 go ahead\r\n",
  ),
  pop3: byLines("+OK ready\r\n", [], /^STLS\r\n$/, "+OK go ahead\r\n"),
  imap: byLines(
    "* OK ready\r\n",
    [[/^\S+ CAPABILITY\r\n$/, "* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n"]],
    /^\S+ STARTTLS\r\n$/,
    "TAG OK go ahead\r\n",
  ),
  // Eight bytes ask, one says yes.
  *postgres({ wait }, { reader, writer }) {
    const asked = yield* wait(reader.readExactly(8));
    if (asked.readUInt32BE(4) !== 80_877_103)
      throw new Error(`bytes that nobody expected: ${asked.toString("hex")}`);
    yield* wait(writer.write("S"));
  },
};
