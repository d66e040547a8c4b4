// What users import.

// streams

// datagrams and names

// processes, signals, standard streams

// threads

export {};
