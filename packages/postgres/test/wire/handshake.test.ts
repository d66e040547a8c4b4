import { describe, expect, test } from "vitest";
import { InterfaceError, InvalidPassword, ProtocolError } from "../../src/index.ts";
import { chunkOf } from "../../src/wire/chunk.ts";
import { PROTOCOL_3_2 } from "../../src/wire/frontend.ts";
import { Handshake, md5 } from "../../src/wire/handshake.ts";
import { MessageWriter } from "../../src/wire/message-writer.ts";
import { ScramClient } from "../../src/wire/scram.ts";

function start(password: string | null = "pencil"): { handshake: Handshake; writer: MessageWriter } {
  const writer = new MessageWriter();
  const parameters = new Map([["user", "user"]]);
  const handshake = new Handshake(
    { user: "user", password: password ?? undefined, protocol: PROTOCOL_3_2, parameters },
    writer,
  );
  handshake.start();
  return { handshake, writer };
}

function give(handshake: Handshake, type: string, body: Buffer | string): void {
  const chunk = chunkOf(Buffer.from(body as string));
  handshake.receive(type.charCodeAt(0), chunk, 0, chunk.bytes.length);
}

function int32(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => buffer.writeInt32BE(value, index * 4));
  return buffer;
}

const auth = (kind: number, rest: Buffer | string = ""): Buffer =>
  Buffer.concat([int32(kind), Buffer.from(rest as string)]);

describe("Handshake", () => {
  test("without a password the server's OK is enough", () => {
    const { handshake, writer } = start(null);
    expect(Buffer.from(writer.take()).toString("latin1")).toBe("\0\0\0\x13\0\x03\0\x02user\0user\0\0");
    give(handshake, "R", auth(0));
    give(handshake, "S", "server_version\x0018.4\0");
    give(handshake, "K", Buffer.concat([int32(4711), Buffer.alloc(32, 7)]));
    expect(handshake.done).toBe(false);
    give(handshake, "Z", "I");
    expect(handshake.done).toBe(true);
    expect(handshake.processId).toBe(4711);
    expect(handshake.cancelKey).toEqual(Buffer.alloc(32, 7));
    expect(handshake.settings.get("server_version")).toBe("18.4");
  });

  test("an older server's version is taken", () => {
    const { handshake } = start();
    give(handshake, "v", int32(0x00030000, 0));
    expect(handshake.protocol).toBe(0x00030000);
  });

  test("a cleartext password is sent as it is", () => {
    const { handshake, writer } = start("päss");
    writer.take();
    give(handshake, "R", auth(3));
    expect(Buffer.from(writer.take()).toString()).toBe("p\0\0\0\x0apäss\0");
  });

  test("an MD5 password is sent as PostgreSQL computes it", () => {
    // SELECT 'md5' || md5(convert_to(md5('secretbob'), 'UTF8') || '\x01020304'::bytea)
    expect(md5("bob", "secret", Buffer.from([1, 2, 3, 4]))).toBe("md5f21dfe33ff3a9e03dbc3e008251fe5cc");
  });

  test("asked for a password that was not given, it says so", () => {
    const { handshake } = start(null);
    expect(() => give(handshake, "R", auth(3))).toThrow(InterfaceError);
  });

  test("PG9 an error of the server keeps its class and fields", () => {
    const { handshake } = start();
    const fields = "SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0Hmind the gap\0\0";
    let error: unknown;
    try {
      give(handshake, "E", fields);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidPassword);
    expect(error).toMatchObject({ severity: "FATAL", hint: "mind the gap", sqlstate: "28P01" });
  });

  test.each([
    ["ready before authentication", "Z", Buffer.from("I")],
    ["an authentication it does not have", "R", auth(7)],
    ["a SCRAM challenge out of order", "R", auth(11, "r=x")],
    ["only mechanisms it does not have", "R", auth(10, "SCRAM-SHA-512\0\0")],
    ["a cancel key without end", "K", Buffer.alloc(400)],
    ["a message cut short", "R", Buffer.alloc(3)],
    ["rows", "D", Buffer.alloc(2)],
  ])("refuses %s", (_what, type, body) => {
    const { handshake } = start();
    expect(() => give(handshake, type, body)).toThrow(ProtocolError);
  });

  test("PG8 a server that says OK in the middle of SCRAM is not believed", () => {
    const { handshake } = start();
    give(handshake, "R", auth(10, "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"));
    expect(() => give(handshake, "R", auth(0))).toThrow(/without proving itself/);
  });
});

describe("ScramClient", () => {
  // The exchange of RFC 7677, section 3, but for the user name, which PostgreSQL leaves empty.
  const nonce = "rOprNGfwEbeRWgbNEkqO";
  const challenge = `r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;

  test("answers a challenge, and takes the signature of a server that knows the password", () => {
    const client = new ScramClient("pencil", nonce);
    expect(client.first()).toBe(`n,,n=,r=${nonce}`);
    expect(client.proof(challenge)).toMatch(
      /^c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj\)hNlF\$k0,p=/,
    );
  });

  test("PG8 refuses a wrong signature", () => {
    const client = new ScramClient("pencil", nonce);
    client.proof(challenge);
    expect(() => client.verify(`v=${Buffer.alloc(32).toString("base64")}`)).toThrow(/signature is wrong/);
    expect(() => client.verify("e=other-error")).toThrow(/other-error/);
    expect(() => client.verify("v=")).toThrow(ProtocolError);
  });

  test.each([
    ["PG8 too many iterations", `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=2000000000`],
    ["no iterations", `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=0`],
    ["iterations that are no number", `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=many`],
    ["a nonce that is not ours", "r=other,s=QSXCR+Q6sek8bf92,i=4096"],
    ["a nonce that adds nothing", `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`],
    ["no salt", `r=${nonce}x,i=4096`],
    ["a broken salt", `r=${nonce}x,s=***,i=4096`],
    ["nothing", ""],
  ])("refuses %s", (_what, text) => {
    expect(() => new ScramClient("pencil", nonce).proof(text)).toThrow(ProtocolError);
  });
});
