// ST and P: streams, servers, processes, signals and threads, which are in @corio/io.

import { better, type Family, same } from "../sentence.ts";

export const streams: Family = {
  letters: "ST",
  title: "Streams",
  sentences: [
    same(
      "ST1",
      "read(n) gives what is there, 1 to n bytes, nothing only at the end; read(0) nothing, at once",
    ),
    same("ST2", "read() gives everything up to the end, beyond the limit too"),
    same("ST3", "readExactly throws IncompleteReadError at the end and empties the buffer"),
    same("ST4", "readExactly beyond the limit goes on reading instead of waiting for ever"),
    same("ST5", "readUntil over the limit throws LimitOverrunError and leaves the buffer untouched"),
    better(
      "ST6",
      "readline over the limit throws ValueError and discards the line, or the whole buffer",
      "it throws LimitOverrunError, and nothing is discarded",
    ),
    same("ST7", "At the end readUntil throws IncompleteReadError; readLine gives the part that is there"),
    same("ST8", "A separator split over chunks is found; of several the earliest end counts"),
    better(
      "ST9",
      "Two concurrent reads: the second gets RuntimeError",
      "the error names the task that reads already",
    ),
    same("ST10", "A cancelled read leaves the reader usable and loses no bytes"),
    same("ST11", "set_exception beats buffered data for every later read"),
    same("ST12", "Reading pauses above twice the limit, resumes at the limit or below"),
    same(
      "ST13",
      "Writing pauses above the high-water mark, resumes at the low one, once each; 64 and 16 KiB",
    ),
    same("ST14", "drain returns at once when not paused; many may wait together"),
    same("ST15", "drain throws the loss of the connection"),
    same(
      "ST16",
      "An exception in the handler is reported and its connection closed; a cancel closes it quietly",
    ),
    same("ST17", "close flushes; wait_closed waits for the end of the connection, and throws its error"),
    same("ST18", "Async iteration gives lines up to the end"),
    better(
      "ST19",
      "An unclosed writer warns when it is collected",
      "a connection belongs to a scope, which closes it",
    ),
  ],
};

export const processes: Family = {
  letters: "P",
  title: "Servers, processes, signals, threads",
  sentences: [
    same("P1", "Server.wait_closed returns when the server is closed and all connections are gone"),
    same("P2", "Server.close is idempotent and keeps connections; close_clients and abort_clients end them"),
    same("P3", "serve_forever cancelled: closes, waits, throws on"),
    same("P4", "Process.wait by many tasks gives all the code"),
    better(
      "P5",
      "wait() is woken only when all pipes are disconnected, so a grandchild that holds one blocks it",
      "it is woken by the exit, whoever still holds the pipes",
    ),
    same("P6", "communicate ignores a broken pipe and a reset on stdin"),
    same("P7", "kill, terminate and send_signal on an exited process do nothing"),
    same(
      "P8",
      "Closing the transport kills a running child, not a finished one",
      "the end of its scope does: it terminates, waits the grace, kills, reaps",
    ),
    same("P9", "Cancelling spawn while connecting pipes does not leak the child"),
    same("P10", "One handler per signal, replaced silently; remove says whether, and restores the default"),
    same("P11", "A signal wakes a blocked poll"),
    same(
      "P12",
      "to_thread copies the context; exceptions come back",
      "variables that are marked for threads",
    ),
    better(
      "P13",
      "Cancelling an executor's future does not stop the thread",
      "as asked for: the thread is ended, waited for, or abandoned",
    ),
  ],
};
