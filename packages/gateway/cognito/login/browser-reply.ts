/** The parts of replies to browsers that all login pages share: redirects and cookies. */
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';

/**
 * The cookie proves that a form was shown to this browser. Browsers never send the cookie from other sites. All ports
 * of a host share cookies, so the cookie's value must be useless at other ports.
 */
export const FORM_COOKIE = 'gatewright_form';

/** Redirects with 303, so that the browser continues with GET after a POST. */
export function redirect(location: string, headers: readonly string[] = []): ControlReply {
  return {
    status: 303,
    headers: [
      'Location',
      location,
      'Cache-Control',
      'no-store',
      'Referrer-Policy',
      'no-referrer',
      ...headers,
    ],
    body: '',
  };
}

export function readCookie(request: ControlRequest, name: string): string | undefined {
  const pairs = (headerOf(request, 'cookie') ?? '').split(/;\s*/);
  const pair = pairs.find((text) => text.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** Returns header lines that set a cookie. Without a value, the browser deletes the cookie. */
export function setCookie(name: string, value: string | undefined, sameSite: 'Lax' | 'Strict'): string[] {
  const life = value === undefined ? '; Max-Age=0' : '';
  return ['Set-Cookie', `${name}=${value ?? ''}; Path=/; HttpOnly; SameSite=${sameSite}${life}`];
}
