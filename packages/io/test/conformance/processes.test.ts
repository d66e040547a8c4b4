// The conformance suite for streams, on a process's pipes: what `cat` is given on its standard input comes out of its standard output.

import { testStream } from "@corio/testing/vitest";
import { ConnectionClosedError, createSubprocessExec, PIPE } from "@corio/io";
import { leavesNothing } from "../support/left-behind.ts";
import { errors } from "./support.ts";

leavesNothing();

const isLost = errors.lost!;

testStream(
  "the pipes of a process",
  async () => {
    const cat = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
    return {
      near: { writer: cat.stdin, abort: () => cat.closePipe("stdin") },
      far: { reader: cat.stdout, close: () => cat.closePipe("stdout") },
    };
  },
  {
    // Where the exit is seen before the broken pipe, the process and its standard input are closed already.
    errors: { ...errors, lost: (error) => isLost(error) || error instanceof ConnectionClosedError },
    // A pipe has no reset: who reads sees the end.
    capabilities: { bidirectional: false, abort: "end", limit: 65_536 },
  },
);
