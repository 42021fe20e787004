/**
 * The toolkit next to a service, from outside. One file, because its suites share one start, and its clock in this
 * order.
 */
import './attach.suite.ts';
import './gather.suite.ts';
import './quota-admin.suite.ts';
import './quota.suite.ts';
import './usage-tracker.suite.ts';
import './webhooks.suite.ts';
