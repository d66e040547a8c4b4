// p-limit: its limit as a semaphore, and as a lock.
/* oxlint-disable typescript/await-thenable -- `await undefined` is how promises let others run */
import pLimit from "p-limit";
export default {
  benches: {
    async g_semaphore(n) {
      const lim = pLimit(100);
      let c = 0;
      const ps = [];
      for (let i = 0; i < n; i++)
        ps.push(
          lim(async () => {
            await undefined;
            c++;
          }),
        );
      await Promise.all(ps);
      return c;
    },
    async h_lock(n) {
      const lim = pLimit(1);
      let c = 0;
      for (let i = 0; i < n; i++)
        await lim(() => {
          c++;
        });
      return c;
    },
  },
};
