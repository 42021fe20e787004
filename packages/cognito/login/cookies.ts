/** Cookies of the login pages. Ports of one host share them, so their values mean nothing anywhere else. */
import { headerOf } from '@gatewright/aws/raw-headers';

type Headers = { readonly rawHeaders: readonly string[] };

export function readCookie(request: Headers, name: string): string | undefined {
  const pairs = (headerOf(request, 'cookie') ?? '').split(/;\s*/);
  const pair = pairs.find((text) => text.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** Which form this browser was shown. Never sent along from other sites. */
export const FORM_COOKIE = 'gatewright_form';

/** Who is signed in to a pool. */
export function sessionCookie(poolId: string): string {
  return `gatewright_session_${poolId.replace(/[^A-Za-z0-9]/g, '_')}`;
}

/** Header lines; no value = the browser forgets it. */
export function setCookie(name: string, value: string | undefined, sameSite: 'Lax' | 'Strict'): string[] {
  const life = value === undefined ? '; Max-Age=0' : '';
  return ['Set-Cookie', `${name}=${value ?? ''}; Path=/; HttpOnly; SameSite=${sameSite}${life}`];
}
