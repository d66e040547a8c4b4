// What is wrong with options is said before anything is connected, and names the option.
import { run } from "corio";
import { createSecureContext } from "node:tls";
import { describe, expect, test } from "vitest";
import {
  openConnection,
  startServer,
  TlsOptionError,
  type TlsOptions,
  type TlsServerOptions,
} from "../../src/index.ts";
import { clientTls, serverTls } from "../../src/network/tls-options.ts";
import {
  authority,
  chained,
  clientIdentity,
  encryptedKey,
  otherIdentity,
  pfx,
  serverIdentity,
} from "../support/certificates.ts";

const damaged = "-----BEGIN CERTIFICATE-----\nMIIBxxxx\n-----END CERTIFICATE-----\n";

describe("a client's", () => {
  test.each<[string, TlsOptions, RegExp]>([
    ["ca", { ca: "" }, /no certificate in it/],
    ["ca", { ca: [authority, "nonsense"] }, /no certificate in it/],
    ["ca", { ca: damaged }, /damaged/],
    ["ca", { ca: 5 as never }, /PEM as text or bytes, not number/],
    ["ca", { ca: null as never }, /not null/],
    ["cert", { cert: "nonsense", key: clientIdentity.key }, /no certificate in it/],
    ["key", { cert: clientIdentity.cert, key: "nonsense" }, /no private key/],
    ["key", { cert: clientIdentity.cert, key: otherIdentity.key }, /not the key of the certificate/],
    ["key", { cert: serverIdentity.cert, key: encryptedKey }, /passphrase is missing or wrong/],
    [
      "key",
      { cert: serverIdentity.cert, key: encryptedKey, passphrase: "wrong" },
      /passphrase is missing or wrong/,
    ],
    ["pfx", { pfx: Buffer.from("nonsense") }, /./],
    ["pfx", { pfx, passphrase: "wrong" }, /./],
    ["crl", { crl: "nonsense" }, /./],
    ["ciphers", { ciphers: "NONE-SUCH" }, /no cipher match/],
    ["ecdhCurve", { ecdhCurve: "none-such" }, /./],
    ["sigalgs", { sigalgs: "none-such" }, /./],
    ["minVersion", { minVersion: "TLSv9" as never }, /no version "TLSv9"/],
    ["maxVersion", { maxVersion: "SSLv3" as never }, /no version/],
    ["minVersion", { minVersion: "TLSv1.3", maxVersion: "TLSv1.2" }, /above maxVersion/],
    ["alpnProtocols", { alpnProtocols: [] }, /list of names/],
    ["alpnProtocols", { alpnProtocols: ["x".repeat(256)] }, /1 to 255 bytes/],
    ["alpnProtocols", { alpnProtocols: "h2" as never }, /list of names/],
    ["servername", { servername: 5 as never }, /name of a host/],
    ["session", { session: "text" as never }, /bytes/],
  ])("%s: %o", (option, options, problem) => {
    const caught = errorOf(() => clientTls(options, "localhost"));
    expect(caught).toBeInstanceOf(TlsOptionError);
    expect(caught).toMatchObject({ code: "ERR_TLS_OPTION", option });
    expect((caught as Error).message).toMatch(problem);
    expect((caught as Error).message).toContain(`Cannot use the TLS option ${option}: `);
  });

  test("without a host there must be a name, or a check of one's own, or none at all", () => {
    expect(errorOf(() => clientTls(true, null))).toMatchObject({ option: "servername" });
    clientTls({ servername: "localhost" }, null);
    clientTls({ rejectUnauthorized: false }, null);
    clientTls({ checkServerIdentity: () => undefined }, null);
  });

  test("an address is checked and not asked for", () => {
    expect(clientTls(true, "127.0.0.1").options).toMatchObject({ host: "127.0.0.1" });
    expect(clientTls(true, "::1").options).not.toHaveProperty("servername");
    expect(clientTls(true, "localhost").options).toMatchObject({
      host: "localhost",
      servername: "localhost",
    });
  });

  test("a time limit that is none", () => {
    expect(() => clientTls({ handshakeTimeout: -1 }, "localhost")).toThrow(RangeError);
    expect(clientTls({ handshakeTimeout: null }, "localhost").handshakeTimeout).toBeNull();
    expect(clientTls({ handshakeTimeout: Infinity }, "localhost").handshakeTimeout).toBeNull();
    expect(clientTls(true, "localhost").handshakeTimeout).toBe(60_000);
  });

  test("what is made of the same object is made once, and one made elsewhere is used", () => {
    const options: TlsOptions = { ca: authority };
    const context = (given: TlsOptions): unknown =>
      (clientTls(given, "h").options as { secureContext: unknown }).secureContext;
    expect(context(options)).toBe(context(options));
    expect(context({ ...options })).not.toBe(context(options));
    const own = createSecureContext();
    expect(context({ secureContext: own })).toBe(own);
  });

  test("nothing was looked up or connected", async () => {
    await expect(run(() => openConnection("no such host", 80, { tls: { ca: "nonsense" } }))).rejects.toThrow(
      TlsOptionError,
    );
  });
});

describe("a server's", () => {
  test.each<[string, TlsServerOptions, RegExp]>([
    ["cert", {}, /a server needs a certificate/],
    ["key", { cert: serverIdentity.cert }, /needs the key/],
    ["key", { cert: serverIdentity.cert, key: otherIdentity.key }, /not the key/],
    ["cert", { cert: "nonsense", key: serverIdentity.key }, /no certificate/],
    ["ca", { ...serverIdentity, ca: "nonsense" }, /no certificate/],
    ["ticketKeys", { ...serverIdentity, ticketKeys: Buffer.alloc(47) }, /48 bytes/],
    ["sniCallback", { ...serverIdentity, sniCallback: 5 as never }, /function/],
    ["alpnProtocols", { ...serverIdentity, alpnProtocols: [""] }, /names/],
  ])("%s: %o", (option, options, problem) => {
    const caught = errorOf(() => serverTls(options));
    expect(caught).toBeInstanceOf(TlsOptionError);
    expect(caught).toMatchObject({ code: "ERR_TLS_OPTION", option });
    expect((caught as Error).message).toMatch(problem);
  });

  test("no object at all", () => {
    expect(() => serverTls(true as never)).toThrow(TypeError);
    expect(() => serverTls(null as never)).toThrow(TypeError);
  });

  test("without a certificate of its own, where a callback brings them", () => {
    serverTls({ sniCallback: () => chained });
  });

  test("what is made of the same object is made once", () => {
    const options: TlsServerOptions = { ...serverIdentity };
    expect(serverTls(options)).toBe(serverTls(options));
  });

  test("nothing was bound", async () => {
    await run(async () => {
      const taken = await startServer(() => {}, { host: "127.0.0.1", port: 0 });
      // Would be EADDRINUSE if it came so far.
      await expect(
        (async () => await startServer(() => {}, { host: "127.0.0.1", port: taken.port, tls: {} }))(),
      ).rejects.toThrow(TlsOptionError);
    });
  });
});

function errorOf(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error");
}
