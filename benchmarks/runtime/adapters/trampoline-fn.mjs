// The floor again, but every task runs one shared generator function (no fresh generator closure per task).
import { run, spawn, join, sleep } from "../floor.mjs";
function* slp(i) {
  yield* sleep(10);
  return i;
}
function* hour() {
  yield* sleep(3_600_000);
}
export default {
  benches: {
    d_sleep: (n) =>
      run(
        (function* () {
          const ts = [];
          for (let i = 0; i < n; i++) ts.push(spawn(slp(i)));
          for (const t of ts) yield* join(t);
          return n;
        })(),
      ),
    e_cancel: (n, t) =>
      run(
        (function* () {
          const ts = [];
          for (let i = 0; i < n; i++) ts.push(spawn(hour()));
          yield* sleep(20);
          t.start();
          for (const x of ts) x.cancel();
          let c = 0;
          for (const x of ts) {
            try {
              yield* join(x);
            } catch {
              c++;
            }
          }
          t.stop();
          return c;
        })(),
      ),
    m_mem: (n, t) =>
      run(
        (function* () {
          const ts = [];
          for (let i = 0; i < n; i++) ts.push(spawn(hour()));
          yield* sleep(20);
          t.measure();
          for (const x of ts) x.cancel();
          for (const x of ts) {
            try {
              yield* join(x);
            } catch {}
          }
        })(),
      ),
  },
};
