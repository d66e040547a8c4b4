// The errors of this package. A failure of the program under test is thrown as it is, with a note in its message.

/** Something of the program still runs where everything should have ended: a task, a call, a timer. The message lists them. */
export class LeakError extends Error {
  readonly code = "ERR_LEAK";
  static {
    this.prototype.name = "LeakError";
  }
}

/** The program threw something that is no Error, and that cannot carry a note; `cause` is what it threw. */
export class SimulationError extends Error {
  readonly code = "ERR_SIMULATION";
  static {
    this.prototype.name = "SimulationError";
  }
}

/** A task of a `Sequencer` was cancelled or failed before its turn was over: the turns after it cannot come. */
export class BrokenSequenceError extends Error {
  readonly code = "ERR_BROKEN_SEQUENCE";
  static {
    this.prototype.name = "BrokenSequenceError";
  }
}

/** A stream does not do what a stream must: `checkStream` found it. The message says what. */
export class StreamCheckError extends Error {
  readonly code = "ERR_STREAM_CHECK";
  static {
    this.prototype.name = "StreamCheckError";
  }
}
