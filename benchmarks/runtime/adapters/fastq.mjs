// fastq: its promise queue as a semaphore.
/* oxlint-disable typescript/await-thenable -- `await undefined` is how promises let others run */
import fastq from "fastq";
export default {
  benches: {
    async g_semaphore(n) {
      let c = 0;
      const q = fastq.promise(async () => {
        await undefined;
        c++;
      }, 100);
      const ps = [];
      for (let i = 0; i < n; i++) ps.push(q.push(i));
      await Promise.all(ps);
      return c;
    },
  },
};
