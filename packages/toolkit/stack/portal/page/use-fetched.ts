import { useCallback, useEffect, useState } from 'preact/hooks';
import { read } from './api.ts';

export type Fetched<Answer> = {
  readonly data: Answer | undefined;
  readonly problem: string | undefined;
  readonly reload: () => void;
  /** Shows the response of a change. */
  readonly put: (answer: Answer) => void;
};

/**
 * Reads when the path changes, and again on demand. The last response stays while it is fetched again.
 * @param ask sends the request, if it is not a GET
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
