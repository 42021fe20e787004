import { useEffect, useMemo } from 'preact/hooks';
import { useFetched } from '../connection/control.ts';
import { customerNamesOf } from './customer-names.ts';
import type { CustomerNames } from '../../records/traffic-query.ts';
import type { ShownCustomers } from '../../endpoints/customer-model.ts';
import type { RequestRow } from '../../records/model.ts';

/**
 * Reads the names of the customers. Reads them again when another customer has sent a request.
 * @param hasCustomers whether the gateway has a stack with customers
 */
export function useCustomerNames(rows: readonly RequestRow[], hasCustomers: boolean): CustomerNames {
  const { data, reload } = useFetched<ShownCustomers>(
    hasCustomers ? 'console/customers?without=use' : undefined,
  );
  const seen = useMemo(() => new Set(rows.map(({ customer }) => customer)).size, [rows]);
  useEffect(() => {
    if (data !== undefined) reload();
  }, [seen]);
  return useMemo(() => customerNamesOf(data), [data]);
}
