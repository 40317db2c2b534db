import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { parseJavaMajor } from '../../../../src/cli/broker/java-runtime.ts';

describe('Java version', () => {
  for (const [output, major] of [
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "25" 2025-09-16', 25],
    ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21.0.2"', 21],
    ['no such thing', undefined],
  ] as const) {
    test(`in ${JSON.stringify(output)} is ${major ?? 'unknown'}`, () => {
      const parsed = parseJavaMajor(output);

      assert.equal(parsed, major);
    });
  }
});
