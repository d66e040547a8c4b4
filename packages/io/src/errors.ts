// Every error class of the package, flat, by area.

// connections

// TLS

// streams

// datagrams and names

// processes

// threads

export {};
