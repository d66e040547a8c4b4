// The conformance suite for streams, on streams in memory.

import { testStream } from "@corio/testing/vitest";
import { memoryStreams } from "@corio/io";
import { errors } from "./support.ts";

testStream(
  "memory streams",
  () => {
    const [near, far] = memoryStreams();
    return { near, far };
  },
  { errors, capabilities: { limit: 65_536 } },
);
