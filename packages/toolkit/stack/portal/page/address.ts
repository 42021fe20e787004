/** Reads and writes the addresses of this page, such as `#/invoices/2026-10`. */

export type Place = {
  readonly section: string;
  readonly item: string | undefined;
};

export function parseAddress(hash: string): Place {
  const [, section = '', item] = /^#?\/?([^/]*)(?:\/(.*))?$/s.exec(hash) ?? [];
  return { section, item: item === undefined || item === '' ? undefined : decode(item) };
}

export function linkTo(section: string, item?: string): string {
  return `#/${section}${item === undefined ? '' : `/${encodeURIComponent(item)}`}`;
}

/**
 * Returns the link of an invitation.
 * @param page address of this page, with or without a fragment
 */
export function invitationLink(page: string, secret: string): string {
  return `${page.replace(/#.*/s, '')}${linkTo('invitation', secret)}`;
}

/** Returns whether a sign-in may continue at this address: an https URL, or an http URL of this machine. */
export function isSignInAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
