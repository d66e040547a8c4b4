// Against curl: bare TCP by its telnet, and a whole mail by its SMTP, with STARTTLS.
import { describe, expect } from "vitest";
import { startServer, type Connection } from "../../src/index.ts";
import { serverIdentity } from "../support/certificates.ts";
import type { Dialect } from "../support/dialects.ts";
import { foreign } from "../support/foreign.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { serveLines } from "./support/protocols.ts";
import { upgrades } from "./support/upgrades.ts";
import { lookFor, withProgram } from "./support/with-program.ts";

leavesNothingOpen();

type Steps<T> = Generator<unknown, T, unknown>;

const telnet = lookFor("curl", ["--version"], /^Protocols:.*\btelnet\b/m);
const smtp = lookFor("curl", ["--version"], /^Protocols:.*\bsmtps\b/m);

const authority = new URL("../fixtures/tls/authority.pem", import.meta.url).pathname;
const local = { host: "127.0.0.1", port: 0, grace: 60_000 } as const;

/** The part of a mail server behind STARTTLS: gives the mail. */
function* takeMail({ wait }: Dialect, { reader, writer }: Connection): Steps<string> {
  const answers: readonly (readonly [RegExp, string])[] = [
    [/^EHLO /, "250-corio.test\r\n250 8BITMIME\r\n"],
    [/^MAIL FROM:/, "250 yes\r\n"],
    [/^RCPT TO:/, "250 yes\r\n"],
    [/^DATA\r\n/, "354 go on\r\n"],
    [/^QUIT\r\n/, "221 good-bye\r\n"],
  ];
  let mail = "";
  for (;;) {
    const line = String(yield* wait(reader.readUntil("\r\n")));
    const [, answer] = answers.find(([asked]) => asked.test(line))!;
    yield* wait(writer.write(answer));
    if (line === "QUIT\r\n") return mail;
    if (line !== "DATA\r\n") continue;
    mail = String(yield* wait(reader.readUntil("\r\n.\r\n")));
    yield* wait(writer.write("250 taken\r\n"));
  }
}

describe("curl as a client", () => {
  withProgram(telnet, "lines, by telnet://", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn((connection: Connection) => serveLines(dialect, connection)),
        local,
      ),
    );
    const client = foreign("curl", "-sSN", `telnet://127.0.0.1:${server.port}`);
    for (const [i, word] of ["one", "two", "three"].entries()) {
      client.write(`${word}\n`);
      expect((yield* wait(client.until(/.*\n/)))[0]).toBe(`${i + 1}: ${word}\n`);
    }
    // It goes when both have ended, its input and the server.
    client.child.stdin.end();
    server.closeClients();
    expect(yield* wait(client.rest())).toBe("");
    expect(client.errors).toBe("");
    expect(client.child.exitCode).toBe(0);
  });

  withProgram(smtp, "a mail, by smtp:// with TLS in the middle", function* (dialect) {
    const { wait, fn } = dialect;
    const mails: string[] = [];
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          yield* upgrades["smtp"]!(dialect, connection);
          yield* wait(connection.startTls(serverIdentity));
          mails.push(yield* takeMail(dialect, connection));
        }),
        local,
      ),
    );
    const people = ["--mail-from", "a@corio.test", "--mail-rcpt", "b@corio.test"];
    const trust = ["--ssl-reqd", "--cacert", authority];
    const url = `smtp://127.0.0.1:${server.port}`;
    const client = foreign("curl", "-sS", ...trust, ...people, "--upload-file", "-", url);
    const mail = `Subject: hello\r\n\r\n${"a line of a mail\r\n".repeat(2000)}`;
    client.child.stdin.end(mail);
    expect(yield* wait(client.rest())).toBe("");
    expect(client.errors).toBe("");
    expect(client.child.exitCode).toBe(0);
    server.close();
    yield* wait(server.waitClosed());
    expect(mails).toEqual([`${mail}.\r\n`]);
    expect(server.statistics()).toMatchObject({ accepted: 1, failed: 0, lost: 0 });
  });
});
