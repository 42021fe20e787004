/** Everything that is looked at, in the order in which it is told. */
import { checkConcurrency, checkApiCount, checkCodeStorage } from './check-account-quotas.ts';
import { checkExports } from './check-exports.ts';
import { checkLogRole } from './check-log-role.ts';
import { checkNames } from './check-names.ts';
import { checkStage } from './check-stage.ts';
import { checkStackState } from './check-stack-state.ts';
import { checkTables } from './check-tables.ts';
import { checkTemplateLimits } from './check-template-limits.ts';
import type { Finding } from './finding.ts';
import type { Views } from './views.ts';

/** Pure: facts in, findings out. Returns nothing where the facts that it needs are not among the views. */
type Check = (views: Views) => readonly Finding[];

const CHECKS: readonly Check[] = [
  checkStackState,
  checkStage,
  checkNames,
  checkTables,
  checkExports,
  checkLogRole,
  checkConcurrency,
  checkCodeStorage,
  checkApiCount,
  checkTemplateLimits,
];

/** Obstacles first. */
export function examine(views: Views, checks: readonly Check[] = CHECKS): readonly Finding[] {
  const findings = checks.flatMap((check) => check(views));
  return [
    ...findings.filter(({ level }) => level === 'obstacle'),
    ...findings.filter(({ level }) => level !== 'obstacle'),
  ];
}
