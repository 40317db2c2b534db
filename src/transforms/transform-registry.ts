/** The transforms and predicates by the names that configurations give them. */
import type { ConfigDef } from '../config/config-def.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { castKind } from './cast.ts';
import { extractFieldKind } from './extract-field.ts';
import { filterKind } from './filter.ts';
import { flattenKind } from './flatten.ts';
import { headerFromKind } from './header-from.ts';
import { dropHeadersKind, insertHeaderKind } from './header-transforms.ts';
import { hoistFieldKind } from './hoist-field.ts';
import { insertFieldKind } from './insert-field.ts';
import { maskFieldKind } from './mask-field.ts';
import { hasHeaderKeyKind, recordIsTombstoneKind, topicNameMatchesKind } from './predicates.ts';
import { keySide, valueSide, type RecordSide } from './record-side.ts';
import { replaceFieldKind } from './replace-field.ts';
import { setSchemaMetadataKind } from './set-schema-metadata.ts';
import { timestampConverterKind } from './timestamp-converter.ts';
import { regexRouterKind, timestampRouterKind } from './topic-routers.ts';
import type { Predicate, PredicateKind, RecordPart, Transform, TransformKind } from './transform.ts';
import { valueToKeyKind } from './value-to-key.ts';

/** A transform or predicate as it is listed among the plugins. */
export interface PluginClass {
  /** Full name of the Java class, such as `org.apache.kafka.connect.transforms.Cast$Key`. */
  readonly className: string;
  readonly configDef: ConfigDef;
}

/** A transform that can be made. */
export interface TransformClass extends PluginClass {
  readonly kind: TransformKind;
  readonly side: RecordSide;
}

/** A predicate that can be made. */
export interface PredicateClass extends PluginClass {
  readonly kind: PredicateKind;
}

const kinds: readonly TransformKind[] = [
  castKind,
  dropHeadersKind,
  extractFieldKind,
  filterKind,
  flattenKind,
  headerFromKind,
  hoistFieldKind,
  insertFieldKind,
  insertHeaderKind,
  maskFieldKind,
  regexRouterKind,
  replaceFieldKind,
  setSchemaMetadataKind,
  timestampConverterKind,
  timestampRouterKind,
  valueToKeyKind,
];

const transformPackage = 'org.apache.kafka.connect.transforms.';
const predicatePackage = `${transformPackage}predicates.`;

/** Every transform, by class name. */
export const transformClasses: readonly TransformClass[] = kinds.flatMap(kind => {
  const className = transformPackage + kind.simpleName;
  const { configDef } = kind;
  if (!kind.hasSides) return [{ className, configDef, kind, side: valueSide }];
  return [keySide, valueSide].map(side => ({ className: `${className}$${side.name}`, configDef, kind, side }));
});

/** Every predicate, by class name. */
export const predicateClasses: readonly PredicateClass[] = [
  hasHeaderKeyKind,
  recordIsTombstoneKind,
  topicNameMatchesKind,
].map(kind => ({ className: predicatePackage + kind.simpleName, configDef: kind.configDef, kind }));

/** The transform of that name: full class name, or the part after the package. Undefined if there is none. */
export function findTransformClass(name: string): TransformClass | undefined {
  return transformClasses.find(({ className }) => isNameOf(className, name));
}

/** The predicate of that name, as {@link findTransformClass}. */
export function findPredicateClass(name: string): PredicateClass | undefined {
  return predicateClasses.find(({ className }) => isNameOf(className, name));
}

/**
 * Makes a transform.
 *
 * @param options settings: its own, without prefix; unknown ones are ignored.
 * @throws {ConnectError} CONFIG_INVALID for an unknown name or wrong settings.
 */
export function createTransform(options: {
  readonly name: string;
  readonly settings: ConfigMap;
  readonly nowMs: number;
}): Transform {
  const { name, settings, nowMs } = options;
  const found = findTransformClass(name);
  if (found === undefined) throw unknown('transform', name, transformClasses);
  return found.kind.create({ config: found.configDef.parse(settings), side: found.side, nowMs });
}

/** What a transform looks at or changes. */
export function partsTouched({ kind, side }: TransformClass): readonly RecordPart[] {
  return kind.hasSides ? [side.name === 'Key' ? 'key' : 'value', ...kind.touches] : kind.touches;
}

/** Makes a predicate, as {@link createTransform}. */
export function createPredicate(name: string, settings: ConfigMap): Predicate {
  const found = findPredicateClass(name);
  if (found === undefined) throw unknown('predicate', name, predicateClasses);
  return found.kind.create(found.configDef.parse(settings));
}

function isNameOf(className: string, name: string): boolean {
  const trimmed = name.trim();
  return className === trimmed || className.slice(className.lastIndexOf('.') + 1) === trimmed;
}

function unknown(what: string, name: string, known: readonly PluginClass[]): ConnectError {
  const names = known.map(({ className }) => className.slice(className.lastIndexOf('.') + 1));
  const hint = names.some(candidate => candidate.startsWith(`${name.trim().split('.').at(-1) ?? ''}$`))
    ? `; it works on keys or on values: add '$Key' or '$Value'`
    : `; known ones are ${names.join(', ')}`;
  return new ConnectError('CONFIG_INVALID', `The ${what} '${name}' is not known${hint}`);
}
