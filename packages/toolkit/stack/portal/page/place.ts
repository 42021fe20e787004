/**
 * Reads the current view from the address. The secret of an invitation is removed from the address before anything is
 * drawn.
 */
import { useEffect, useState } from 'preact/hooks';
import { linkTo, parseAddress } from './address.ts';
import type { Place } from './address.ts';

let invitation: string | undefined;

/**
 * Returns the secret of the invitation with which this page was opened; undefined after the invitation was redeemed.
 */
export function heldInvitation(): string | undefined {
  return invitation;
}

export function forgetInvitation(): void {
  invitation = undefined;
}

function readPlace(): Place {
  const place = parseAddress(location.hash);
  if (place.section !== 'invitation' || place.item === undefined) return place;
  invitation = place.item;
  // The secret must not stay in the address bar or in the history.
  history.replaceState(null, '', `${location.pathname}${location.search}${linkTo('invitation')}`);
  return { section: 'invitation', item: undefined };
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

export function go(section: string, item?: string): void {
  location.hash = linkTo(section, item).slice(1);
}
