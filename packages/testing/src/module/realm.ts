// The inside of a realm: its own copy of Corio and of this package, to which the program is bundled. Evaluated once per realm.

import * as corio from "corio";
import * as lowlevel from "corio/lowlevel";
import * as testing from "../index.ts";
import { installVirtualGlobals } from "./virtual-globals.ts";

installVirtualGlobals();

/** What a bundled program gets for its imports of them. */
export const modules: Readonly<Record<string, unknown>> = {
  corio,
  "corio/lowlevel": lowlevel,
  "@corio/testing": testing,
};

/** What the outside calls. */
export interface Entrances {
  readonly simulate: typeof testing.simulate;
  readonly explore: typeof testing.explore;
  readonly exploreAll: typeof testing.exploreAll;
}

export const entrances: Entrances = testing;
