// Asks the server about types not seen before, and what they are made of.

import type { Coroutine } from "corio";
import { rowDecoder } from "../rows/row-decoder.ts";
import type { RowDecoder } from "../rows/row-decoder.ts";
import {
  OID_ARRAY,
  introspectionColumns,
  introspectionParameters,
  introspectionQuery,
} from "../types/introspection.ts";
import type { TypeRow } from "../types/introspection.ts";
import { execute, parse, sync } from "../wire/frontend.ts";
import { bind, bindPrefix, bindSuffix } from "./bind.ts";
import { awaitFlight } from "./cancel-flight.ts";
import { Flight } from "./flight.ts";
import { IDLE } from "./session.ts";
import type { Session } from "./session.ts";

let decoder: RowDecoder | undefined;

export function* learnTypes(session: Session, oids: readonly number[]): Coroutine<void> {
  const { types } = session;
  for (let ask = types.unresolved(oids); ask.length > 0; ask = types.unresolved(oids)) {
    types.learn(ask, yield* askFor(session, ask));
  }
}

function* askFor(session: Session, oids: readonly number[]): Coroutine<TypeRow[]> {
  for (;;) {
    const flight = launchQuery(session, oids);
    try {
      yield* awaitFlight(session, flight);
      return flight.rows as unknown as TypeRow[];
    } catch (error) {
      if (!flight.strayCancel || flight.status !== IDLE) throw error;
    }
  }
}

function launchQuery(session: Session, oids: readonly number[]): Flight {
  const { writer } = session;
  const mark = writer.size;
  const flight = new Flight();
  flight.decode = decoder ??= rowDecoder(introspectionColumns);
  try {
    const version = Number.parseInt(session.settings.get("server_version") ?? "", 10);
    parse(writer, "", introspectionQuery(Number.isNaN(version) ? 18 : version), [OID_ARRAY]);
    const shape = {
      parameters: introspectionParameters,
      bindPrefix: bindPrefix("", introspectionParameters),
      bindSuffix: bindSuffix(introspectionColumns),
    };
    bind(writer, shape, [oids]);
    execute(writer, "", 0);
    sync(writer);
    return session.launch(flight);
  } catch (error) {
    writer.rewind(mark);
    throw error;
  }
}
