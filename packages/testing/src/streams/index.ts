// The conformance suite for streams: `import { checkStream } from "@corio/testing/streams"`.

export { checkStream } from "./check-stream.ts";
export type {
  StreamCapabilities,
  StreamCheck,
  StreamCheckOptions,
  StreamEnd,
  StreamErrors,
  StreamPair,
  StreamSink,
  StreamSource,
} from "./types.ts";
export { StreamCheckError } from "../errors.ts";
