/** The current place as an address that can be copied: `#/traffic/0f5b…`. */
import { useEffect, useState } from 'preact/hooks';
import { parseAddress } from './address.ts';
import type { Place } from './address.ts';

export function readPlace(): Place {
  return parseAddress(location.hash);
}

export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const onChange = (): void => setPlace(readPlace());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return place;
}

export function go(link: string): void {
  location.hash = link.slice(1);
}
