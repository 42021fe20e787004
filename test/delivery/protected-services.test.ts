/**
 * Services behind the toolkit's authorizers, from outside. One file, because its suites share one start, and its clock
 * in this order.
 */
import './keys.suite.ts';
import './realtime.suite.ts';
import './tracked-quota.suite.ts';
