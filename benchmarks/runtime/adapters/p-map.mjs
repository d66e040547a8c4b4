// p-map: the bounded map.
/* oxlint-disable typescript/await-thenable -- `await undefined` is how promises let others run */
import pMap from "p-map";
export default {
  benches: {
    async g2_bounded_map(n, t) {
      let c = 0;
      const items = Array.from({ length: n }, (_, i) => i);
      t.start();
      await pMap(
        items,
        async (x) => {
          await undefined;
          c++;
          return x;
        },
        { concurrency: 100 },
      );
      return c;
    },
  },
};
