/**
 * The ids of those policies of CloudFront that AWS manages and that messages recommend (developer guide:
 * using-managed-cache-policies, using-managed-origin-request-policies).
 */
export const EDGE_POLICY_IDS = {
  AllViewerExceptHostHeader: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
  CachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  CachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
} as const;

/** Returns a policy as messages write it: the id, which templates contain, and the name. */
export function nameEdgePolicy(name: keyof typeof EDGE_POLICY_IDS): string {
  return `${EDGE_POLICY_IDS[name]} (${name})`;
}
