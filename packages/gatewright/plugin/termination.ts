/** When a person or a supervisor says that it is enough. */

export type Termination = {
  /** Resolves on SIGTERM or Ctrl-C; a second signal then ends the process at once. */
  readonly told: Promise<void>;
};

/** Listens from now on, so that a signal during the start is not lost. */
export function listenForTermination(): Termination {
  return {
    told: new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
  };
}
