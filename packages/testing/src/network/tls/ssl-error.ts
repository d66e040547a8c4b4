// Errors of OpenSSL, as node has them, and the alerts that tell the other end.

/** Numbers of RFC 8446, 6. */
export const CLOSE_NOTIFY = 0;
export const ALERTS: Readonly<Record<number, string>> = {
  10: "ssl/tls alert unexpected message",
  20: "ssl/tls alert bad record mac",
  40: "ssl/tls alert handshake failure",
  42: "ssl/tls alert bad certificate",
  45: "ssl/tls alert certificate expired",
  48: "tlsv1 alert unknown ca",
  70: "tlsv1 alert protocol version",
  112: "tlsv1 unrecognized name",
  116: "tlsv13 alert certificate required",
  120: "tlsv1 alert no application protocol",
};

/** `{ library: "SSL routines", reason: "wrong version number", code: "ERR_SSL_WRONG_VERSION_NUMBER" }` */
export function sslError(reason: string): Error {
  const code = `ERR_SSL_${reason.toUpperCase().replaceAll(" ", "_")}`;
  return Object.assign(new Error(`error:0A000000:SSL routines::${reason}`), {
    library: "SSL routines",
    reason,
    code,
  });
}

/** What an end throws that was sent an alert. */
export function alertError(alert: number): Error {
  return sslError(ALERTS[alert] ?? `ssl/tls alert ${alert}`);
}

/** An error with a code and no number. */
export function codedError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
