/** Where one is: `#/traffic/0f5b…` has an address that can be copied. */
import { useEffect, useState } from 'preact/hooks';

export type Place = {
  readonly section: string;
  readonly item: string | undefined;
  readonly query: URLSearchParams;
};

export function readPlace(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const [section = '', ...rest] = path.split('/');
  const item = rest.length === 0 || rest[0] === '' ? undefined : decodeURIComponent(rest.join('/'));
  return { section: section === '' ? 'traffic' : section, item, query: new URLSearchParams(query) };
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

export function linkTo(section: string, item?: string, query?: Readonly<Record<string, string>>): string {
  const asked = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  return `#/${section}${item === undefined ? '' : `/${encodeURIComponent(item)}`}${asked}`;
}

export function go(link: string): void {
  location.hash = link.slice(1);
}
