import { useCallback, useEffect, useState } from 'preact/hooks';
import { read } from './api.ts';

export type Fetched<Answer> = {
  readonly data: Answer | undefined;
  readonly problem: string | undefined;
  readonly reload: () => void;
  /** Replaces the data with the response to a change, without another request. */
  readonly put: (answer: Answer) => void;
};

/**
 * Fetches the path, and fetches again when the path changes or `reload` is called. After `reload`, the last response is
 * shown until the new one arrives.
 * @param ask sends the request; the default sends a GET
 */
export function useFetched<Answer>(
  path: string,
  ask: (path: string) => Promise<Answer> = read,
): Fetched<Answer> {
  const [state, setState] = useState<{ path: string; data?: Answer; problem?: string }>({ path });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    ask(path).then(
      (data) => {
        if (isCurrent) setState({ path, data });
      },
      (error: unknown) => {
        if (isCurrent)
          setState((last) => ({
            path,
            problem: error instanceof Error ? error.message : String(error),
            ...(last.path === path && last.data !== undefined && { data: last.data }),
          }));
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [path, round]);
  const isOwn = state.path === path;
  return {
    data: isOwn ? state.data : undefined,
    problem: isOwn ? state.problem : undefined,
    reload: useCallback(() => setRound((last) => last + 1), []),
    put: (data) => setState({ path, data }),
  };
}
