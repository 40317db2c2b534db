import { doubleToJavaText } from '../../data/java-number-text.ts';
import { isJsonArray, isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';

/** The text of an attribute's value, as Java's `toString` has it; null for what has none there: null itself, and what contains it. */
export function attributeText(node: JsonNode): string | null {
  if (node === null || typeof node === 'string') return node;
  if (typeof node === 'boolean') return String(node);
  if (node instanceof JsonNumber) return node.isIntegral ? node.text : doubleToJavaText(node.toNumber());
  if (isJsonArray(node)) {
    const items = node.map(attributeText);
    return items.includes(null) ? null : `[${items.join(', ')}]`;
  }
  if (!isJsonObject(node)) return null;
  const entries = [...node].map(([key, item]) => [key, attributeText(item)] as const);
  return entries.some(([, text]) => text === null) ? null : `{${entries.map(entry => entry.join('=')).join(', ')}}`;
}
