// Which scope a response belongs to. A scope is told once, however many responses it gets, and forgets each that is done.

import type { Scope } from "corio";

interface Closable {
  close(): void;
}

export class ResponseOwner {
  readonly #open = new WeakMap<Scope, Set<Closable>>();

  /** Closes the resource when the scope does, unless the returned function was called before. */
  own(scope: Scope, resource: Closable): () => void {
    let open = this.#open.get(scope);
    if (open === undefined) {
      const created = new Set<Closable>();
      open = created;
      this.#open.set(scope, created);
      scope.defer(() => {
        for (const one of created) one.close();
      });
    }
    const resources = open;
    resources.add(resource);
    return () => {
      resources.delete(resource);
    };
  }
}
