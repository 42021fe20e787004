/** The result of a statement. `unjudged`: only AWS can evaluate it. */
export type Judgement = 'match' | 'no-match' | 'unjudged';

export function judgementOf(isMatch: boolean): Judgement {
  return isMatch ? 'match' : 'no-match';
}

export function not(judgement: Judgement): Judgement {
  return judgement === 'unjudged' ? judgement : judgementOf(judgement === 'no-match');
}
