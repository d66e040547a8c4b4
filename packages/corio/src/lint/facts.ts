// Which functions and methods of the packages give an Awaitable. Made by `node tools/lint-facts.ts --write` from the packages' api.md.
//
// "~" is an Awaitable, "~Session" one of a Session, "Task" a Task itself, "[A,B]" a pair; in parentheses stand the types of what a
// function that is passed in is called with.

export interface Facts {
  readonly functions: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const facts: Readonly<Record<string, Facts>> = {
  corio: {
    functions: {
      allSettled: "~",
      any: "~",
      call: "~",
      cancelScope: "~",
      channel: "[SendChannel,ReceiveChannel]",
      checkpoint: "~",
      createTask: "Task",
      currentTask: "Task",
      forEach: "~",
      fromPromise: "~",
      gather: "~",
      getRunningLoop: "EventLoop",
      map: "~",
      moveOnAfter: "~",
      race: "~",
      retry: "~",
      run: "~",
      shield: "~",
      sleep: "~",
      sleepForever: "~",
      sleepUntil: "~",
      staggeredRace: "~",
      taskGroup: "~(TaskGroup)",
      timeout: "~",
      timeoutAt: "~",
      wait: "~",
      waitFor: "~",
      withStore: "~",
      cancelPoint: "~",
      coroutine: "~",
      suspend: "~",
    },
    types: {
      Barrier: {
        wait: "~",
      },
      BoundedSemaphore: {
        acquire: "~",
        hold: "~",
      },
      CancellableTaskGroup: {
        spawn: "Task",
        start: "~",
      },
      CapacityLimiter: {
        acquire: "~",
        hold: "~",
      },
      Condition: {
        acquire: "~",
        hold: "~",
        wait: "~",
        waitFor: "~",
      },
      Event: {
        wait: "~",
      },
      EventLoop: {
        createFuture: "Future",
        createTask: "Task",
      },
      Future: {
        wait: "~",
        addDoneCallback: "(Future)",
        removeDoneCallback: "(Future)",
      },
      LifoQueue: {
        put: "~",
        get: "~",
        join: "~",
      },
      Lock: {
        acquire: "~",
        hold: "~",
      },
      PriorityQueue: {
        put: "~",
        get: "~",
        join: "~",
      },
      Queue: {
        put: "~",
        get: "~",
        join: "~",
      },
      ReceiveChannel: {
        receive: "~",
        clone: "ReceiveChannel",
      },
      ResourceGuard: {
        hold: "~",
      },
      Runner: {
        getLoop: "EventLoop",
      },
      Semaphore: {
        acquire: "~",
        hold: "~",
      },
      SendChannel: {
        send: "~",
        clone: "SendChannel",
      },
      Task: {
        join: "~",
        addDoneCallback: "(Task)",
        removeDoneCallback: "(Task)",
      },
      TaskGroup: {
        spawn: "Task",
        start: "~",
      },
    },
  },
  "@corio/files": {
    functions: {
      appendText: "~",
      atomicFile: "~(TextFile)",
      exists: "~",
      isdir: "~",
      isfile: "~",
      listdir: "~",
      makedirs: "~",
      mkdir: "~",
      open: "~TextFile",
      readBytes: "~",
      readJson: "~",
      readText: "~",
      remove: "~",
      removeTree: "~",
      rename: "~",
      replace: "~",
      rmdir: "~",
      scandir: "~",
      stat: "~",
      withFile: "~(TextFile)",
      writeAtomic: "~",
      writeBytes: "~",
      writeJson: "~",
      writeText: "~",
    },
    types: {
      BinaryFile: {
        read: "~",
        read1: "~",
        readInto: "~",
        readExactly: "~",
        readLine: "~",
        readLines: "~",
        peek: "~",
        readAt: "~",
        write: "~",
        writeLines: "~",
        writeAt: "~",
        seek: "~",
        tell: "~",
        truncate: "~",
        flush: "~",
        sync: "~",
        close: "~",
      },
      TextFile: {
        read: "~",
        readLine: "~",
        readLines: "~",
        write: "~",
        writeLines: "~",
        seek: "~",
        tell: "~",
        truncate: "~",
        flush: "~",
        sync: "~",
        close: "~",
      },
    },
  },
  "@corio/http": {
    functions: {
      runApp: "~",
      startServer: "~Server",
      withServer: "~(Server)",
      withSession: "~(Session)",
    },
    types: {
      BodyWriter: {
        write: "~",
      },
      ClientResponse: {
        read: "~",
        bytes: "~",
      },
      Request: {
        read: "~",
        text: "~",
        json: "~",
      },
      Server: {
        close: "~",
      },
      Session: {
        request: "~ClientResponse",
        get: "~ClientResponse",
        head: "~ClientResponse",
        options: "~ClientResponse",
        delete: "~ClientResponse",
        post: "~ClientResponse",
        put: "~ClientResponse",
        patch: "~ClientResponse",
        close: "~",
      },
      StreamReader: {
        readChunk: "~",
        read: "~",
        readExactly: "~",
      },
    },
  },
  "@corio/postgres": {
    functions: {
      connect: "~Connection",
      createPool: "~Pool",
    },
    types: {
      Connection: {
        fetch: "~",
        fetchRow: "~",
        fetchValue: "~",
        execute: "~",
        executeMany: "~",
        copyRecordsToTable: "~",
        transaction: "~(Connection)",
        addListener: "~",
        removeListener: "~",
        reset: "~",
        close: "~",
      },
      Pool: {
        use: "~(Connection)",
        acquire: "~Connection",
        release: "~",
        fetch: "~",
        fetchRow: "~",
        fetchValue: "~",
        execute: "~",
        executeMany: "~",
        copyRecordsToTable: "~",
        transaction: "~(Connection)",
        close: "~",
      },
    },
  },
  "@corio/testing": {
    functions: {
      advance: "~",
      waitAllTasksBlocked: "~",
      waitAllTasksStuck: "~",
    },
    types: {
      Sequencer: {
        turn: "~",
      },
    },
  },
};
