import { ConfigDef } from '../config/config-def.ts';
import type { TransformKind } from './transform.ts';

/**
 * Drops every record that it gets, which a predicate decides.
 *
 * @see `org.apache.kafka.connect.transforms.Filter`.
 */
export const filterKind: TransformKind = {
  simpleName: 'Filter',
  hasSides: false,
  touches: [],
  configDef: new ConfigDef(),
  create: () => () => null,
};
