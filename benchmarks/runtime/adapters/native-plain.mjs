// Native promises without any cancellation ability: only for the memory figure.
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
export default {
  benches: {
    async m_mem(n, t) {
      const hs = [],
        ps = [];
      for (let i = 0; i < n; i++)
        ps.push(
          (async () => {
            await new Promise((r) => {
              hs.push([setTimeout(r, 3_600_000), r]);
            });
            return i;
          })(),
        );
      const all = Promise.all(ps);
      await sleep(20);
      t.measure();
      for (const [h, r] of hs) {
        clearTimeout(h);
        r();
      }
      await all;
    },
  },
};
