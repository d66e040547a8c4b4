// The conformance suite for streams, over TCP and over Unix sockets.

import { testStream } from "@corio/testing/vitest";
import { leavesNothingOpen } from "../support/leaks.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import { errors, tcpPair, unixPair } from "./support.ts";

leavesNothingOpen();

const capabilities = { limit: 65_536 };

testStream("TCP", () => tcpPair("127.0.0.1"), { errors, capabilities });

// There is no reset: who reads sees the end.
testStream("a Unix socket", () => unixPair(temporaryPath("stream")), {
  errors,
  capabilities: { ...capabilities, abort: "end" },
});
