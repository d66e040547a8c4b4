// test_streams.py and test_transports.py: the affair of the package of sockets and streams.

import { io, type Port, type Suite } from "../port.ts";

function all(names: string): Record<string, Port> {
  return Object.fromEntries(names.split(" ").map((name) => [name, io]));
}

export const testStreams: Suite = {
  name: "test_streams",
  groups: {
    StreamTests: all(
      "feed_empty_data feed_nonempty_data read_zero read read_line_breaks read_eof read_until_eof read_exception invalid_limit " +
        "read_limit readline readline_limit_with_existing_data at_eof readline_limit readline_nolimit_nowait readline_eof " +
        "readline_empty_eof readline_read_byte_count readline_exception readuntil_separator readuntil_multi_chunks " +
        "readuntil_multi_chunks_1 readuntil_eof readuntil_limit_found_sep readuntil_multi_separator readuntil_multi_separator_limit " +
        "readuntil_multi_separator_negative_offset readuntil_bytearray readexactly_zero_or_less readexactly readexactly_limit " +
        "readexactly_eof readexactly_exception exception exception_waiter exception_cancel multiple_drain",
    ),
  },
};

export const testTransports: Suite = {
  name: "test_transports",
  groups: {
    TransportTests: all("ctor_extra_is_none get_extra_info writelines flowcontrol_mixin_set_write_limits"),
  },
};
