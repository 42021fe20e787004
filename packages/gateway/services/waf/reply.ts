/** Creates the replies of AWS WAF itself: custom responses, CAPTCHA and challenge. */
import type { ScreenReply } from '../../core/errors.ts';
import type { InspectedRequest } from './evaluate/inspected-request.ts';
import type { RuleAction } from './rules/statement.ts';

const NO_PUZZLE =
  '<!doctype html><title>AWS WAF</title><p>On AWS, this page would contain a puzzle or a challenge of AWS WAF.</p>';

/**
 * Returns AWS WAF's reply to a request that it blocks or challenges; undefined if the API's gateway response is sent
 * instead.
 */
export function replyOf(action: RuleAction, request: InspectedRequest): ScreenReply | undefined {
  if (action.kind === 'BLOCK') {
    const { response } = action;
    if (response === undefined) return undefined;
    const type = response.body === undefined ? [] : ['Content-Type', response.body.contentType];
    const headers = [...type, ...response.headers.flatMap(({ name, value }) => [name, value])];
    return { status: response.status, headers, body: response.body?.text ?? '' };
  }
  const isHtml = request.header('accept').some((value) => value.includes('text/html'));
  const name = action.kind === 'CAPTCHA' ? 'captcha' : 'challenge';
  return {
    status: action.kind === 'CAPTCHA' ? 405 : 202,
    headers: ['x-amzn-waf-action', name, ...(isHtml ? ['Content-Type', 'text/html'] : [])],
    body: isHtml ? NO_PUZZLE : '',
  };
}
