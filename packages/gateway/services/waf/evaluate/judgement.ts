/**
 * The result of a statement. `unjudged` means that only AWS can evaluate the statement, or that a recorded request
 * lacks a part that decides it.
 */
export type Judgement = 'match' | 'no-match' | 'unjudged';

export function judgementOf(isMatch: boolean): Judgement {
  return isMatch ? 'match' : 'no-match';
}

export function not(judgement: Judgement): Judgement {
  return judgement === 'unjudged' ? judgement : judgementOf(judgement === 'no-match');
}
