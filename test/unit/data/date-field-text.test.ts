import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DatePattern } from '../../../src/data/date-pattern.ts';
import { Instant } from '../../../src/data/instant.ts';

const pattern =
  'G|y|yy|yyy|yyyyyy|Y|YY|YYYY|M|MM|MMM|MMMM|L|LLL|LLLL|w|ww|W|D|DDD|d|dd|F|u|E|EEE|EEEE|a|H|HH|k|K|h|m|mm|s|S|SSS|SSSSS|z|zzz|zzzz|Z|X|XX|XXX';

/** What SimpleDateFormat of Java 17 writes by that pattern, in UTC and Locale.US. */
const known = [
  [
    41415678n,
    'AD|1970|70|1970|001970|1970|70|1970|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|4|Thu|Thu|Thursday|AM|11|11|11|11|11|30|30|15|678|678|00678|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    -62150000000000n,
    'BC|1|01|001|000001|0|00|0000|7|07|Jul|July|7|Jul|July|30|30|4|202|202|20|20|3|2|Tue|Tue|Tuesday|AM|7|07|7|7|7|6|06|40|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    0n,
    'AD|1970|70|1970|001970|1970|70|1970|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|4|Thu|Thu|Thursday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    -1n,
    'AD|1969|69|1969|001969|1970|70|1970|12|12|Dec|December|12|Dec|December|1|01|5|365|365|31|31|5|3|Wed|Wed|Wednesday|PM|23|23|23|11|11|59|59|59|999|999|00999|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1483228800000n,
    'AD|2017|17|2017|002017|2017|17|2017|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|7|Sun|Sun|Sunday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1483272000123n,
    'AD|2017|17|2017|002017|2017|17|2017|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|7|Sun|Sun|Sunday|PM|12|12|12|0|12|0|00|0|123|123|00123|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1704067199999n,
    'AD|2023|23|2023|002023|2024|24|2024|12|12|Dec|December|12|Dec|December|1|01|6|365|365|31|31|5|7|Sun|Sun|Sunday|PM|23|23|23|11|11|59|59|59|999|999|00999|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    951782400000n,
    'AD|2000|00|2000|002000|2000|00|2000|2|02|Feb|February|2|Feb|February|10|10|5|60|060|29|29|5|2|Tue|Tue|Tuesday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1735430400000n,
    'AD|2024|24|2024|002024|2025|25|2025|12|12|Dec|December|12|Dec|December|1|01|5|364|364|29|29|5|7|Sun|Sun|Sunday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1735344000000n,
    'AD|2024|24|2024|002024|2024|24|2024|12|12|Dec|December|12|Dec|December|52|52|4|363|363|28|28|4|6|Sat|Sat|Saturday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1735689599999n,
    'AD|2024|24|2024|002024|2025|25|2025|12|12|Dec|December|12|Dec|December|1|01|5|366|366|31|31|5|2|Tue|Tue|Tuesday|PM|23|23|23|11|11|59|59|59|999|999|00999|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1735516800000n,
    'AD|2024|24|2024|002024|2025|25|2025|12|12|Dec|December|12|Dec|December|1|01|5|365|365|30|30|5|1|Mon|Mon|Monday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    253402300799999n,
    'AD|9999|99|9999|009999|10000|00|10000|12|12|Dec|December|12|Dec|December|1|01|5|365|365|31|31|5|5|Fri|Fri|Friday|PM|23|23|23|11|11|59|59|59|999|999|00999|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    -62135596800000n,
    'AD|1|01|001|000001|1|01|0001|1|01|Jan|January|1|Jan|January|2|02|2|3|003|3|03|1|1|Mon|Mon|Monday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    -62135596800001n,
    'AD|1|01|001|000001|1|01|0001|1|01|Jan|January|1|Jan|January|2|02|2|2|002|2|02|1|7|Sun|Sun|Sunday|PM|23|23|23|11|11|59|59|59|999|999|00999|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    -62198755200000n,
    'BC|2|02|002|000002|-1|-01|-0001|1|01|Jan|January|1|Jan|January|1|01|1|3|003|3|03|1|5|Fri|Fri|Friday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    -210866803200000n,
    'BC|4713|13|4713|004713|-4712|-12|-4712|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|1|Mon|Mon|Monday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    978264000000n,
    'AD|2000|00|2000|002000|2001|01|2001|12|12|Dec|December|12|Dec|December|1|01|6|366|366|31|31|5|7|Sun|Sun|Sunday|PM|12|12|12|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1009843199000n,
    'AD|2001|01|2001|002001|2002|02|2002|12|12|Dec|December|12|Dec|December|1|01|6|365|365|31|31|5|1|Mon|Mon|Monday|PM|23|23|23|11|11|59|59|59|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1230767999000n,
    'AD|2008|08|2008|002008|2009|09|2009|12|12|Dec|December|12|Dec|December|1|01|5|366|366|31|31|5|3|Wed|Wed|Wednesday|PM|23|23|23|11|11|59|59|59|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    43200000n,
    'AD|1970|70|1970|001970|1970|70|1970|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|4|Thu|Thu|Thursday|PM|12|12|12|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    46799999n,
    'AD|1970|70|1970|001970|1970|70|1970|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|4|Thu|Thu|Thursday|PM|12|12|12|0|12|59|59|59|999|999|00999|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    86399000n,
    'AD|1970|70|1970|001970|1970|70|1970|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|4|Thu|Thu|Thursday|PM|23|23|23|11|11|59|59|59|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1325289600000n,
    'AD|2011|11|2011|002011|2011|11|2011|12|12|Dec|December|12|Dec|December|53|53|5|365|365|31|31|5|6|Sat|Sat|Saturday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1325375999000n,
    'AD|2011|11|2011|002011|2011|11|2011|12|12|Dec|December|12|Dec|December|53|53|5|365|365|31|31|5|6|Sat|Sat|Saturday|PM|23|23|23|11|11|59|59|59|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1325376000000n,
    'AD|2012|12|2012|002012|2012|12|2012|1|01|Jan|January|1|Jan|January|1|01|1|1|001|1|01|1|7|Sun|Sun|Sunday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1709164800000n,
    'AD|2024|24|2024|002024|2024|24|2024|2|02|Feb|February|2|Feb|February|9|09|5|60|060|29|29|5|4|Thu|Thu|Thursday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1706745600000n,
    'AD|2024|24|2024|002024|2024|24|2024|2|02|Feb|February|2|Feb|February|5|05|1|32|032|1|01|1|4|Thu|Thu|Thursday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
  [
    1727740800000n,
    'AD|2024|24|2024|002024|2024|24|2024|10|10|Oct|October|10|Oct|October|40|40|1|275|275|1|01|1|2|Tue|Tue|Tuesday|AM|0|00|24|0|12|0|00|0|0|000|00000|UTC|UTC|Coordinated Universal Time|+0000|Z|Z|Z',
  ],
] as const;

describe('fields of a date pattern', () => {
  for (const [epochMs, text] of known) {
    test(`are written at ${epochMs} ms as Java writes them`, () => {
      assert.deepEqual(new DatePattern(pattern).format(new Instant(epochMs)).split('|'), text.split('|'));
    });
  }
});
