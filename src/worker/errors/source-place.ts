/** Where a source's record came from, in the words of Kafka Connect's `SourceRecord#toString`. */
import { doubleToJavaText } from '../../data/java-number-text.ts';
import { parseOffsetObject, type OffsetField } from '../../storage/offset-json.ts';
import type { SourceOffsetEntry } from '../submitted-batches.ts';

/** Most places that are shown of a batch, and longest text of a map. */
const placesMax = 10;
const textLengthMax = 1000;

/**
 * `sourcePartition={file=/in}, sourceOffset={position=7}`, of all places where a batch has several: in this protocol they belong to the
 * batch, so the offset is the one behind its last record.
 */
export function textOfPlaces(places: readonly SourceOffsetEntry[]): string {
  const [first, ...more] = places;
  if (first === undefined) return 'sourcePartition=null, sourceOffset=null';
  if (more.length === 0) {
    return `sourcePartition=${mapText(first.partition)}, sourceOffset=${mapText(first.offset)}`;
  }
  const shown = places.slice(0, placesMax);
  const rest = places.length > placesMax ? `, … (${places.length} partitions)` : '';
  const partitions = shown.map(({ partition }) => mapText(partition)).join(', ');
  const offsets = shown.map(({ offset }) => mapText(offset)).join(', ');
  return `sourcePartition=one of [${partitions}${rest}], sourceOffset=of [${offsets}${rest}]`;
}

/** As Java writes a map. What is no map is shown as it is. */
function mapText(json: string | null): string {
  if (json === null) return 'null';
  const text = toJavaMap(json) ?? json;
  return text.length <= textLengthMax ? text : `${text.slice(0, textLengthMax)}… (${text.length} characters)`;
}

function toJavaMap(json: string): string | null {
  try {
    const object = parseOffsetObject(Buffer.from(json), 'Place');
    return `{${[...object].map(([name, field]) => `${name}=${fieldText(field)}`).join(', ')}}`;
  } catch {
    return null; // The plugin's mistake is told where offsets are stored; here it is shown.
  }
}

function fieldText(field: OffsetField): string {
  return typeof field === 'number' ? doubleToJavaText(field) : String(field);
}
