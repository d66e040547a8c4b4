// The conformance suite for streams, over TLS: from the start, and after startTls.

import { gather } from "corio";
import { testStream } from "@corio/testing/vitest";
import type { Connection } from "@corio/io";
import { authority, serverIdentity } from "../support/certificates.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { errors, tcpPair } from "./support.ts";

leavesNothingOpen();

const client = { ca: authority, servername: "localhost" };
const capabilities = { limit: 65_536 };

testStream("TLS", () => tcpPair("127.0.0.1", { tls: client }, { tls: serverIdentity }), {
  errors,
  capabilities,
});

testStream(
  "TLS that was started on a connection",
  async () => {
    const pair = await tcpPair("127.0.0.1");
    const [near, far] = [pair.near as Connection, pair.far as Connection];
    await near.writer.write("plain\n");
    await far.reader.readLine();
    await gather([() => near.startTls(client), () => far.startTls(serverIdentity)]);
    return pair;
  },
  { errors, capabilities },
);
