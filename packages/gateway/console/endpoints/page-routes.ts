/** The calls about customers. The console of a deployed stack may make only these. */
const CUSTOMER_ROUTES: readonly string[] = ['GET console/customers', 'GET console/customers/one'];

/**
 * The calls that the page's key allows, which are only the calls that the page makes itself. `*` matches one segment.
 */
export const PAGE_ROUTES: readonly string[] = [
  'GET clock',
  'POST clock',
  'POST events',
  'DELETE recorded',
  'GET requests',
  'DELETE requests',
  'GET requests/*',
  'POST requests/*/replay',
  'GET requests.har',
  'POST send',
  'GET console/access',
  'POST console/access/ask',
  'GET console/apis',
  'GET console/caches',
  'POST console/caches/flush',
  'GET console/calls',
  'GET console/compare',
  'GET console/connections',
  'POST console/connections/close',
  'POST console/connections/send',
  'GET console/cost',
  ...CUSTOMER_ROUTES,
  'GET console/differs',
  'GET console/events',
  'POST console/faults',
  'GET console/functions',
  'POST console/functions/invoke',
  'GET console/identities',
  'GET console/invoices',
  'POST console/invoices/close',
  'GET console/keys',
  'POST console/keys/enabled',
  'POST console/keys/remaining',
  'GET console/map',
  'GET console/numbers',
  'GET console/overview',
  'GET console/portal',
  'POST console/portal/invite',
  'POST console/portal/withdraw',
  'GET console/reloads',
  'GET console/saved',
  'POST console/saved',
  'POST console/tables',
];

const EXACT: ReadonlySet<string> = new Set(PAGE_ROUTES);
const PATTERNS = PAGE_ROUTES.filter((route) => route.includes('*')).map(
  (route) => new RegExp(`^${route.replaceAll('*', '[^/]+')}$`),
);

/** @param path relative to `/_gatewright/`, without the query */
export function isPageRoute(method: string, path: string): boolean {
  const route = `${method} ${path}`;
  return EXACT.has(route) || PATTERNS.some((pattern) => pattern.test(route));
}

/** Like `isPageRoute`, for the console of a deployed stack. */
export function isCustomerRoute(method: string, path: string): boolean {
  return CUSTOMER_ROUTES.includes(`${method} ${path}`);
}
