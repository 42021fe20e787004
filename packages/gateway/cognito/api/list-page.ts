/** The pages in which Cognito returns lists. */
import type { CallInput } from '@gatewright/aws/call-input';
import { printPageToken, readPageToken } from '../../kernel/calls/page-token.ts';
import { invalidParameter } from '../pools/cognito-error.ts';

const MAX_PAGE = 60;

type PageOptions = {
  readonly limitName?: 'Limit' | 'MaxResults';
  readonly tokenName?: 'NextToken' | 'PaginationToken';
  /** Identifies the list to which the page tokens belong. */
  readonly list: readonly unknown[];
};

/** Returns the items of the page that a call wants, and the member with the token of the next page. */
export function pageOf<Item>(
  input: CallInput,
  items: readonly Item[],
  { limitName = 'Limit', tokenName = 'NextToken', list }: PageOptions,
): { readonly shown: readonly Item[]; readonly next: object } {
  const token = input.optionalText(tokenName);
  const from = token === undefined ? 0 : readPageToken(list, token);
  if (from === undefined) throw invalidParameter('Invalid pagination token.');
  const to = from + Math.min(input.optionalInteger(limitName) || MAX_PAGE, MAX_PAGE);
  return {
    shown: items.slice(from, to),
    next: to < items.length ? { [tokenName]: printPageToken(list, to) } : {},
  };
}
