// What does not wait says that the queue is full, or empty.

import { Queue } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q1"],
  *main({ log }) {
    const queue = new Queue<string>(2);
    for (const item of "abc") {
      try {
        queue.putNowait(item);
        log("put", item);
      } catch (error) {
        log(item, error);
      }
    }
    for (let i = 0; i < 3; i++) {
      try {
        log("got", queue.getNowait());
      } catch (error) {
        log(error);
      }
    }
  },
});
