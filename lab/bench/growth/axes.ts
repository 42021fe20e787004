/** All axes, in the order in which the page shows them. */
import type { Axis } from './axis.ts';
import { STORAGE_AXES } from './storage-axes.ts';
import { PARTS_AXIS } from './parts-axis.ts';
import { CUSTOMERS_AXIS } from './customers-axis.ts';
import { SOCKET_AXES } from './socket-axes.ts';
import { STACK_AXES } from './stack-axes.ts';
import { TABLE_AXIS } from './table-axis.ts';
import { TRAFFIC_AXES } from './traffic-axes.ts';

export const AXES: readonly Axis[] = [
  ...TRAFFIC_AXES,
  ...STACK_AXES,
  ...STORAGE_AXES,
  ...SOCKET_AXES,
  TABLE_AXIS,
  CUSTOMERS_AXIS,
  PARTS_AXIS,
];
