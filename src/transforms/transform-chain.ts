import { ConfigDef } from '../config/config-def.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { withPrefix } from '../config/parsed-config.ts';
import { ConfigError, messageOf } from '../errors/connect-error.ts';
import type { ConnectRecord } from './connect-record.ts';
import { implicitTransformKeys } from './implicit-keys.ts';
import {
  createPredicate,
  createTransform,
  findPredicateClass,
  findTransformClass,
  partsTouched,
} from './transform-registry.ts';
import type { RecordPart, Transform } from './transform.ts';

/** One transform of a chain. */
export interface TransformStage {
  /** Name under which the configuration has it. */
  readonly alias: string;
  /** Full name of its Java class. */
  readonly className: string;
  /** Applies the transform where its predicate says so, and gives other records as they are. Null drops the record. */
  readonly apply: Transform;
  /** What the transform or its predicate looks at or changes. */
  readonly touches: readonly RecordPart[];
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
  /** What any of them looks at or changes; other parts of a record need not be decoded (D3). */
  readonly touches: ReadonlySet<RecordPart>;
  #executing = '';

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
    this.touches = new Set(this.stages.flatMap(stage => stage.touches));
  }

  /** Full name of the Java class of the transform that was applied last, and failed if {@link apply} threw. */
  get executing(): string {
    return this.#executing;
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
      this.#executing = stage.className;
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
  const apply = wrapError(`${prefix}type`, () => createTransform({ name, settings, nowMs }));
  const found = findTransformClass(name);
  const className = found?.className ?? name;
  const touches = found === undefined ? [] : partsTouched(found);
  const implicit = implicitDef.parse(settings);
  const predicateAlias = implicit.stringOrNull('predicate');
  if (predicateAlias === null) return { alias, className, apply, touches };

  const predicatePrefix = `predicates.${predicateAlias}.`;
  const predicateSettings = withPrefix(props, predicatePrefix);
  const predicateName = predicateSettings.get('type') ?? '';
  const predicate = wrapError(`${predicatePrefix}type`, () => createPredicate(predicateName, predicateSettings));
  const isNegated = implicit.boolean('negate');
  return {
    alias,
    className,
    apply: record => (predicate(record) === isNegated ? record : apply(record)),
    touches: [...touches, ...(findPredicateClass(predicateName)?.kind.touches ?? [])],
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
