/**
 * The settings that a connector has for the sake of its transforms and predicates: for each alias its `type`, and what that type asks
 * for.
 *
 * @see `ConnectorConfig.EnrichablePlugin` in Kafka Connect.
 */
import type { ConfigDef } from '../config/config-def.ts';
import type { ConfigKey, ConfigKeySpec, ConfigValue, Validator } from '../config/config-key.ts';
import { isList, parseConfigValue } from '../config/config-value.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { validator } from '../config/validators.ts';
import { implicitTransformKeys } from './implicit-keys.ts';
import {
  findPredicateClass,
  findTransformClass,
  predicateClasses,
  transformClasses,
  type PluginClass,
} from './transform-registry.ts';

/** What transforms and predicates have in common here. */
interface PluginKind {
  /** Key of the list of aliases. */
  readonly listKey: 'transforms' | 'predicates';
  readonly group: string;
  readonly noun: string;
  readonly typeName: string;
  readonly classes: readonly PluginClass[];
  readonly implicitKeys: readonly ConfigKeySpec[];
  find(name: string): PluginClass | undefined;
}

const pluginKinds: readonly PluginKind[] = [
  {
    listKey: 'transforms',
    group: 'Transforms',
    noun: 'transformation',
    typeName: 'Transformation',
    classes: transformClasses,
    implicitKeys: implicitTransformKeys,
    find: findTransformClass,
  },
  {
    listKey: 'predicates',
    group: 'Predicates',
    noun: 'predicate',
    typeName: 'Predicate',
    classes: predicateClasses,
    implicitKeys: [],
    find: findPredicateClass,
  },
];

/** The settings that the connector's aliases bring, in Kafka Connect's order. An alias of an unknown type brings `type` alone. */
export function transformConfigKeys(props: ConfigMap): readonly ConfigKeySpec[] {
  const specs = new Map<string, ConfigKeySpec>();
  for (const kind of pluginKinds) {
    for (const alias of aliasesOf(kind, props)) {
      // Aliases with dots may make two keys of one name, of which the first counts.
      for (const spec of keysOf(kind, alias, props)) if (!specs.has(spec.name)) specs.set(spec.name, spec);
    }
  }
  return [...specs.values()];
}

function aliasesOf(kind: PluginKind, props: ConfigMap): readonly string[] {
  const outcome = parseConfigValue('LIST', props.get(kind.listKey) ?? '');
  return outcome.ok && isList(outcome.value) ? [...new Set(outcome.value)] : [];
}

function* keysOf(kind: PluginKind, alias: string, props: ConfigMap): Generator<ConfigKeySpec> {
  const prefix = `${kind.listKey}.${alias}.`;
  const group = `${kind.group}: ${alias}`;
  yield {
    name: `${prefix}type`,
    type: 'CLASS',
    validator: typeRule(kind, prefix, props),
    importance: 'HIGH',
    documentation: `Class for the '${alias}' ${kind.noun}.`,
    group,
    orderInGroup: 0,
    width: 'LONG',
    displayName: `${kind.typeName} type for ${alias}`,
    recommender: {
      validValues: (): readonly ConfigValue[] => kind.classes.map(({ className }) => className),
      isVisible: () => true,
    },
  };
  const found = kind.find(props.get(`${prefix}type`) ?? '');
  if (found === undefined) return;
  const implicit = kind.implicitKeys.map(spec => ({ ...spec, name: prefix + spec.name, group, orderInGroup: 0 }));
  yield* implicit;
  yield* embed(found.configDef, prefix, group);
}

function typeRule(kind: PluginKind, prefix: string, props: ConfigMap): Validator {
  return validator(`valid configs for ${prefix.slice(0, -1)}`, value => {
    if (typeof value === 'string' && kind.find(value) === undefined) {
      return `Class ${value} could not be found. Known are ${kind.classes.map(({ className }) => className).join(', ')}`;
    }
    const predicateKey = `${prefix}predicate`;
    if (kind.listKey !== 'transforms') return undefined;
    if (props.has(`${prefix}negate`) && !props.has(predicateKey)) {
      return `Config '${prefix}negate' was provided but there is no config '${predicateKey}' defining a predicate to be negated.`;
    }
    return undefined;
  });
}

function embed(def: ConfigDef, prefix: string, group: string): readonly ConfigKeySpec[] {
  return [...def.keys.values()].map(key => ({
    ...toSpec(key),
    name: prefix + key.name,
    displayName: key.displayName,
    group: key.group === null ? group : `${group}: ${key.group}`,
    orderInGroup: key.orderInGroup + 1,
    dependents: key.dependents.map(name => prefix + name),
  }));
}

function toSpec(key: ConfigKey): ConfigKeySpec {
  return {
    name: key.name,
    type: key.type,
    ...(key.isRequired ? {} : { default: key.defaultValue }),
    ...(key.validator === null ? {} : { validator: key.validator }),
    importance: key.importance,
    documentation: key.documentation,
    width: key.width,
  };
}
