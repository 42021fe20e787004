/** Splits lists into pages. A token contains the position of the next item. */
import { InvalidInput } from '../read-members.ts';
import type { InputCode } from '../read-members.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';

type Page<Item> = { readonly items: readonly Item[]; readonly NextToken: string | undefined };

/** @param code the operation's error for an invalid token: ListMetrics has no InvalidNextToken (API model) */
export function pageOf<Item>(
  at: MemberReader,
  all: readonly Item[],
  size: number,
  code: 'InvalidNextToken' | 'InvalidParameterValue' = 'InvalidNextToken',
): Page<Item> {
  const from = readToken(at, code);
  const items = all.slice(from, from + size);
  const next = from + items.length;
  return { items, NextToken: next < all.length ? printToken(next) : undefined };
}

function printToken(place: number): string {
  return Buffer.from(`page:${place}`).toString('base64url');
}

function readToken(at: MemberReader, code: InputCode): number {
  const token = at.optionalText('NextToken', 100);
  if (token === undefined || token === '') return 0;
  const [, place] = /^page:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (place === undefined)
    throw new InvalidInput(code, 'NextToken', 'is unknown: pass the NextToken of an earlier response');
  return Number(place);
}
