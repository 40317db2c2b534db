import { ConfigDef } from '../config/config-def.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { withPrefix } from '../config/parsed-config.ts';
import { ConfigError, messageOf } from '../errors/connect-error.ts';
import type { ConnectRecord } from './connect-record.ts';
import { implicitTransformKeys } from './transform-config-keys.ts';
import { createPredicate, createTransform, findTransformClass } from './transform-registry.ts';
import type { Transform } from './transform.ts';

/** One transform of a chain. */
export interface TransformStage {
  /** Name under which the configuration has it. */
  readonly alias: string;
  /** Full name of its Java class. */
  readonly className: string;
  /** Applies the transform where its predicate says so, and gives other records as they are. Null drops the record. */
  readonly apply: Transform;
}

const listDef = new ConfigDef().define({
  name: 'transforms',
  type: 'LIST',
  default: '',
  importance: 'LOW',
  documentation: 'Aliases of the transforms.',
});
const implicitDef = new ConfigDef().defineAll(implicitTransformKeys);

/**
 * The transforms of a connector, in their order.
 *
 * @see `TransformationChain` in Kafka Connect (KIP-66), predicates KIP-585.
 */
export class TransformChain {
  readonly stages: readonly TransformStage[];

  /**
   * @param props configuration of the connector, references to config providers resolved.
   * @param nowMs the present time.
   * @throws {ConfigError} for unknown transforms and predicates, and wrong settings.
   */
  constructor(props: ConfigMap, nowMs: number) {
    this.stages = listDef
      .parse(props)
      .list('transforms')
      .map(alias => createStage(alias, props, nowMs));
  }

  /** Whether records pass unchanged, and need not be made at all. */
  get isEmpty(): boolean {
    return this.stages.length === 0;
  }

  /**
   * The record after all transforms; null when one dropped it.
   *
   * @throws {ConnectError} DATA_INVALID or SCHEMA_INVALID when a transform cannot change it.
   */
  apply(record: ConnectRecord): ConnectRecord | null {
    let current: ConnectRecord | null = record;
    for (const stage of this.stages) {
      current = stage.apply(current);
      if (current === null) return null;
    }
    return current;
  }
}

function createStage(alias: string, props: ConfigMap, nowMs: number): TransformStage {
  const prefix = `transforms.${alias}.`;
  const settings = withPrefix(props, prefix);
  const name = settings.get('type') ?? '';
  const transform = wrapError(`${prefix}type`, () => createTransform({ name, settings, nowMs }));
  const className = findTransformClass(name)?.className ?? name;
  const implicit = implicitDef.parse(settings);
  const predicateAlias = implicit.stringOrNull('predicate');
  if (predicateAlias === null) return { alias, className, apply: transform };

  const predicatePrefix = `predicates.${predicateAlias}.`;
  const predicateSettings = withPrefix(props, predicatePrefix);
  const predicate = wrapError(`${predicatePrefix}type`, () =>
    createPredicate(predicateSettings.get('type') ?? '', predicateSettings),
  );
  const isNegated = implicit.boolean('negate');
  return {
    alias,
    className,
    apply: record => (predicate(record) === isNegated ? record : transform(record)),
  };
}

function wrapError<T>(key: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const message = `Invalid value for configuration ${key}: ${messageOf(error)}`;
    throw new ConfigError(message, [{ key, message }], { cause: error });
  }
}
