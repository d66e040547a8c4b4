import { afterEach, describe, expect, test } from "vitest";
import { run } from "corio";
import {
  ClientPayloadError,
  HeaderMap,
  InvalidUrlRedirectError,
  NonHttpUrlRedirectError,
  TooManyRedirects,
  withSession,
} from "@corio/http";
import type { RequestOptions, SessionOptions } from "@corio/http";
import { isSensitiveHeader, redirectMethod, redirectTarget } from "../../src/client/redirect.ts";
import { httpServer } from "../support/plain-server.ts";
import type { PlainServer } from "../support/plain-server.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Answers `/status/place` with a redirect there, everything else with what it got. */
async function redirecting(): Promise<PlainServer> {
  const server = await httpServer((request, response) => {
    const match = /^\/(\d\d\d)\/(.*)$/.exec(request.url ?? "");
    if (match !== null) {
      response.writeHead(Number(match[1]), { location: decodeURIComponent(match[2] ?? "") });
      request.resume();
      response.end("moved");
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }),
      );
    });
  });
  servers.push(server);
  return server;
}

interface Seen {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

function ask(
  method: string,
  url: string,
  options: RequestOptions = {},
  session: SessionOptions = {},
): Promise<Seen> {
  return run(() =>
    withSession(session, async (s) => (await s.request(method, url, options)).json<Seen>()),
  ) as unknown as Promise<Seen>;
}

describe("redirectMethod", () => {
  test.each([
    [301, "GET", "GET"],
    [301, "POST", "GET"],
    [301, "PUT", "PUT"],
    [302, "POST", "GET"],
    [302, "DELETE", "DELETE"],
    [303, "POST", "GET"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [307, "POST", "POST"],
    [308, "PUT", "PUT"],
  ])("%i of %s gives %s", (status, method, expected) => {
    expect(redirectMethod(status, method)).toBe(expected);
  });
});

describe("redirectTarget", () => {
  const from = "http://a.test/x/y?q=1#frag";
  const to = (location: string): string | undefined =>
    redirectTarget(302, HeaderMap.from({ location }), from)?.href;

  test.each([
    ["/z", "http://a.test/z#frag"],
    ["z?k=v", "http://a.test/x/z?k=v#frag"],
    ["//b.test/z", "http://b.test/z#frag"],
    ["https://b.test/#other", "https://b.test/#other"],
    [Buffer.from("/ä", "utf8").toString("latin1"), "http://a.test/%C3%A4#frag"],
  ])("resolves %s", (location, expected) => {
    expect(to(location)).toBe(expected);
  });

  test.each(["file:///etc/passwd", "data:text/plain,x", "javascript:alert(1)", "ftp://b.test/"])(
    "refuses %s",
    (l) => {
      expect(() => to(l)).toThrow(NonHttpUrlRedirectError);
    },
  );

  test("refuses what is no URL", () => {
    expect(() => to("http://[")).toThrow(InvalidUrlRedirectError);
  });

  test("is null without a Location and for other statuses", () => {
    expect(redirectTarget(302, HeaderMap.from(), from)).toBeNull();
    expect(redirectTarget(304, HeaderMap.from({ location: "/z" }), from)).toBeNull();
  });
});

test.each([
  "Authorization",
  "Cookie",
  "Proxy-Authorization",
  "Host",
  "X-Api-Key",
  "x-auth-token",
  "X-Amz-Security-Token",
  "My-Secret",
])("isSensitiveHeader() knows %s", (name) => {
  expect(isSensitiveHeader(name, new Set())).toBe(true);
});

test("isSensitiveHeader() lets ordinary headers pass, unless named", () => {
  expect(isSensitiveHeader("Accept", new Set())).toBe(false);
  expect(isSensitiveHeader("X-Mine", new Set(["x-mine"]))).toBe(true);
});

describe("a session", () => {
  test("follows redirects and keeps the history", async () => {
    const { url } = await redirecting();
    await run(() =>
      withSession({ baseUrl: url }, async (session) => {
        const response = await session.get(`/301//302/%2Fend`);
        expect(response.url).toBe(`${url}/end`);
        expect(response.history.map((hop) => hop.status)).toEqual([301, 302]);
        expect(response.redirected).toBe(true);
        await response.read();
        expect(session.statistics()).toEqual({ inUse: 0, idle: 1 });
      }),
    );
  });

  test("drops the body and its headers where the method changes", async () => {
    const { url } = await redirecting();
    const seen = await ask("POST", `${url}/303//end`, { json: { a: 1 } });
    expect(seen).toMatchObject({ method: "GET", body: "" });
    expect(seen.headers["content-type"]).toBeUndefined();
    expect(seen.headers["content-length"]).toBeUndefined();
  });

  test("sends the body again where it does not", async () => {
    const { url } = await redirecting();
    const seen = await ask("POST", `${url}/307//end`, { json: { a: 1 } });
    expect(seen).toMatchObject({ method: "POST", body: '{"a":1}' });
  });

  test("cannot send a stream again", async () => {
    const { url } = await redirecting();
    await expect(ask("POST", `${url}/308//end`, { data: ["a"] })).rejects.toThrow(ClientPayloadError);
  });

  test("keeps credentials on one origin and strips them, from session and request, for another", async () => {
    const [here, there] = [await redirecting(), await redirecting()];
    const session = {
      headers: { Authorization: "s", "X-Api-Key": "s", "X-Plain": "s" },
      sensitiveHeaders: ["x-own"],
    };
    const options = { headers: { Cookie: "c=1", "X-Own": "o", "X-Other": "o" } };
    const same = await ask("GET", `${here.url}/302//end`, options, session);
    expect(same.headers).toMatchObject({ authorization: "s", "x-api-key": "s", cookie: "c=1", "x-own": "o" });
    const other = await ask(
      "GET",
      `${here.url}/302/${encodeURIComponent(`${there.url}/end`)}`,
      options,
      session,
    );
    expect(other.headers).toMatchObject({ "x-plain": "s", "x-other": "o", host: `127.0.0.1:${there.port}` });
    for (const name of ["authorization", "x-api-key", "cookie", "x-own"])
      expect(other.headers[name]).toBeUndefined();
  });

  test("sends a later request with the session's headers whole", async () => {
    const [here, there] = [await redirecting(), await redirecting()];
    await run(() =>
      withSession({ headers: { Authorization: "s" } }, async (session) => {
        await session.get(`${here.url}/302/${encodeURIComponent(there.url)}`);
        const seen = await (await session.get(`${here.url}/end`)).json<Seen>();
        expect(seen.headers["authorization"]).toBe("s");
      }),
    );
  });

  test("stops after maxRedirects", async () => {
    const server = await httpServer((_request, response) =>
      response.writeHead(302, { location: "/again" }).end(),
    );
    servers.push(server);
    await expect(ask("GET", server.url)).rejects.toThrow(TooManyRedirects);
    await expect(ask("GET", server.url, { maxRedirects: 0 })).rejects.toMatchObject({ status: 302 });
  });

  test("leaves the redirect to the caller when asked", async () => {
    const { url } = await redirecting();
    await run(() =>
      withSession({}, async (session) => {
        const response = await session.get(`${url}/302//end`, { allowRedirects: false });
        expect([response.status, await response.text()]).toEqual([302, "moved"]);
      }),
    );
  });

  test("lets go of the connection when it refuses a redirect", async () => {
    const { url } = await redirecting();
    await run(() =>
      withSession({}, async (session) => {
        await expect(session.get(`${url}/302/file:%2F%2F%2Fx`)).rejects.toThrow(NonHttpUrlRedirectError);
        expect(session.statistics().inUse).toBe(0);
      }),
    );
  });
});
