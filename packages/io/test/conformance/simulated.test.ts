// The conformance suite for streams, on a simulated network: in virtual time, cut at every boundary, over TLS, under many seeds.

import { explore, simulate } from "@corio/testing";
import { certificateAuthority, SimulatedNetwork } from "@corio/testing/network";
import type { StreamPair } from "@corio/testing/streams";
import { testStream } from "@corio/testing/vitest";
import { openConnection, startServer } from "@corio/io";
import { errors, keeper, tcpPair, unixPair } from "./support.ts";

const capabilities = { limit: 65_536, backpressure: 1_000_000 };
// In virtual time.
const timeout = 600_000;

const plain = new SimulatedNetwork({ latency: [1, 20], jitter: 5 });
testStream("a simulated connection", () => tcpPair("127.0.0.1"), {
  errors,
  capabilities,
  timeout,
  run: (body) => simulate(body, { network: plain, seed: 1 }),
});

const rough = new SimulatedNetwork({ latency: [0, 10], chunking: "random", loss: 0.01, window: 20_000 });
testStream("a simulated connection between hosts, on a bad network, under many seeds", () => betweenHosts(), {
  errors,
  capabilities,
  timeout,
  run: (body) => explore(body, { network: rough, runs: 7 }),
});

async function betweenHosts(): Promise<StreamPair> {
  const { handler, taken } = keeper();
  rough.host("server");
  // Placed by hand: the connections belong to the check's own scope.
  const { port } = await startServer(handler, { port: 0, grace: 0 });
  const near = await openConnection(rough.host("localhost").addresses[0]!, port);
  return { near, far: await taken() };
}

const paths = new SimulatedNetwork({ latency: 1 });
testStream("a simulated Unix socket", () => unixPair("/run/stream"), {
  errors,
  capabilities: { ...capabilities, abort: "end" },
  timeout,
  run: (body) => simulate(body, { network: paths }),
});

const authority = certificateAuthority();
const secure = new SimulatedNetwork({ latency: [1, 10], chunking: "random" });
testStream(
  "simulated TLS",
  () =>
    tcpPair(
      "127.0.0.1",
      { tls: { ca: authority.certificate, servername: "server.test" } },
      { tls: authority.issue(["server.test"]) },
    ),
  { errors, capabilities, timeout, run: (body) => simulate(body, { network: secure, seed: 3 }) },
);
