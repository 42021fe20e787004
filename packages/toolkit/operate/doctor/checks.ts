/** Runs all checks in the order of the report. */
import { checkConcurrency, checkApiCount, checkCodeStorage } from './check-account-quotas.ts';
import { checkExports } from './check-exports.ts';
import { checkLogRole } from './check-log-role.ts';
import { checkNames } from './check-names.ts';
import { checkStage } from './check-stage.ts';
import { checkStackState } from './check-stack-state.ts';
import { checkGlobalTables, checkNewerTables } from './check-tables.ts';
import { checkTemplateLimits } from './check-template-limits.ts';
import { obstaclesFirst } from './finding.ts';
import type { Finding } from './finding.ts';
import type { AccountView, StackView, Views } from './views.ts';

/** A check, which is a pure function that returns findings for the given facts. */
type Check = (stack: StackView, account: AccountView | undefined) => readonly Finding[];

const CHECKS: readonly Check[] = [
  ofAccount(checkStackState),
  checkStage,
  ofAccount(checkNames),
  ofAccount(checkGlobalTables),
  ofAccount(checkNewerTables),
  ofAccount(checkExports),
  ofAccount(checkLogRole),
  ofAccount(checkConcurrency),
  ofAccount(checkCodeStorage),
  ofAccount(checkApiCount),
  checkTemplateLimits,
];

/** Turns a check that needs the account into a check that returns no findings if the account could not be read. */
function ofAccount(check: (views: Views) => readonly Finding[]): Check {
  return (stack, account) => (account === undefined ? [] : check({ stack, account }));
}

export function examine(stack: StackView, account?: AccountView): readonly Finding[] {
  return obstaclesFirst(CHECKS.flatMap((check) => check(stack, account)));
}
