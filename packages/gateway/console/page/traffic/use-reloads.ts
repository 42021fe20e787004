import { useEffect, useState } from 'preact/hooks';
import { onRefresh } from '../connection/connection.ts';
import { fetchControl } from '../connection/control.ts';
import type { ShownReloads } from '../../records/reload-model.ts';

const EVERY_MS = 1_000;
const NONE: ShownReloads = { versions: [], reloads: [], broken: [] };

/**
 * Returns the reloads, which are read every second. The object stays the same while nothing changes, so that nothing is
 * drawn again.
 */
export function useReloads(): ShownReloads {
  const [reloads, setReloads] = useState(NONE);
  useEffect(() => {
    let shown = '';
    const load = (): void => {
      fetchControl<ShownReloads>('GET', 'console/reloads').then(
        (answer) => {
          const text = JSON.stringify(answer);
          if (text !== shown) setReloads(answer);
          shown = text;
        },
        // The last known reloads stay while the gateway does not respond.
        () => undefined,
      );
    };
    load();
    const timer = setInterval(load, EVERY_MS);
    const stopRefreshing = onRefresh(load);
    return () => {
      clearInterval(timer);
      stopRefreshing();
    };
  }, []);
  return reloads;
}
