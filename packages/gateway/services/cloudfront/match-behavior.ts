/** Which behavior a path has (developer guide, "Path pattern"). */
import { compileGlob } from '@gatewright/aws/glob';
import type { Behavior } from './distribution.ts';

/** The first one whose pattern matches; the default one is last. */
export function matchBehavior(behaviors: readonly Behavior[], path: string): Behavior | undefined {
  const normal = normalizePath(path);
  return behaviors.find(({ pattern }) => {
    // A leading slash changes nothing.
    const below = pattern.startsWith('/') ? pattern : pattern.startsWith('*') ? pattern : `/${pattern}`;
    return compileGlob(below)(normal);
  });
}

const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/**
 * "CloudFront normalizes URI paths consistent with RFC 3986 and then matches the path with the correct cache
 * behavior. Once the cache behavior is matched, CloudFront sends the raw URI path to the origin."
 */
function normalizePath(path: string): string {
  const decoded = path.replace(/%[0-9A-Fa-f]{2}/g, (escaped) => {
    const character = String.fromCharCode(parseInt(escaped.slice(1), 16));
    return UNRESERVED.test(character) ? character : escaped.toUpperCase();
  });
  if (!/\/\.{1,2}(?:\/|$)/.test(decoded)) return decoded;
  const kept: string[] = [];
  const segments = decoded.split('/').slice(1);
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (isLast && (segment === '..' || segment === '.')) kept.push('');
  });
  return `/${kept.join('/')}`;
}
