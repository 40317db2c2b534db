import { DatePattern } from '../../../src/data/date-pattern.ts';
import { Instant } from '../../../src/data/instant.ts';
import { createRandom } from '../../support/random.ts';
import { compare } from './compare-cases.ts';

const patterns = [
  "yyyy-MM-dd'T'HH:mm:ss.SSSX",
  'yyyyMMdd',
  'yy/M/d h:mm a',
  'EEE, d MMM yyyy HH:mm:ss Z',
  'EEEE dd MMMM yyy G K k',
  "D F w W u E Y YY ''yyyyy'' L LLL",
  'MM XXX XX z zzzz ZZ',
  "'quoted text' 'it''s'",
  'y S SS SSSS',
  '',
  'bb',
  "'open",
  'XXXX',
];
const times = [
  '0',
  '-1',
  '1483272000123',
  '-62135769600001',
  '-12219292800001',
  '253402300799999',
  '-70000000000000',
  '1704067199999',
  '951782400000',
];

compare('dates formatted', [
  ...patterns.flatMap(pattern =>
    times.map(ms => ({
      title: `${ms} as ${pattern}`,
      question: { op: 'formatDate', pattern, ms },
      run: () => new DatePattern(pattern).format(new Instant(BigInt(ms))),
    })),
  ),
]);

const dateTexts: readonly (readonly [string, readonly string[]])[] = [
  [
    'yyyy-MM-dd HH:mm:ss',
    ['2017-01-02 03:04:05', '2017-13-32 25:61:61', '2017-1-2 3:4:5', '17-01-02 03:04:05', '2017-01-02', 'x', ''],
  ],
  [
    'yyyy-MM-dd HH:mm:ss',
    [
      '2017-01-02 03:04:05 more',
      ' 2017- 01-02 03:04:05',
      '-5-01-01 00:00:00',
      '99999-01-01 00:00:00',
      '2017/01/02 03:04:05',
    ],
  ],
  ['yyyyMMddHHmmss', ['20170102030405', '2017010203040', '201701020304051']],
  [
    "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    ['2017-01-02T03:04:05.006Z', '2017-01-02T03:04:05.006+01', '2017-01-02T03:04:05.006', '2017-01-02T03:04:05.6-0130'],
  ],
  [
    "yyyy-MM-dd'T'HH:mm:ssXX",
    ['2017-01-02T03:04:05+0130', '2017-01-02T03:04:05+01', '2017-01-02T03:04:05+2400', '2017-01-02T03:04:05Z'],
  ],
  ["yyyy-MM-dd'T'HH:mm:ssXXX", ['2017-01-02T03:04:05+01:30', '2017-01-02T03:04:05+0130', '2017-01-02T03:04:05-00:00']],
  [
    'EEE, d MMM yyyy HH:mm:ss Z',
    [
      'Mon, 2 Jan 2017 03:04:05 +0000',
      'monday, 2 january 2017 03:04:05 -0130',
      'Foo, 2 Jan 2017 03:04:05 +0000',
      'Mon, 2 Jan 2017 03:04:05 UTC',
      'Mon, 2 Jan 2017 03:04:05 GMT+1:30',
    ],
  ],
  ['d MMM yyyy z', ['1 May 2020 UTC', '1 May 2020 GMT', '1 May 2020 GMT+02:00', '1 May 2020 +0200']],
  ['h:mm a', ['12:30 AM', '12:30 PM', '1:05 pm', '13:00 AM', '1:05']],
  ['K:mm a', ['0:30 PM', '11:30 AM']],
  ['k', ['24', '1', '0']],
  ['H h a', ['5 3 PM']],
  ['h a H', ['3 PM 5']],
  ['yyyy D', ['2020 60', '2020 366', '2021 366']],
  ['yyyy G', ['5 BC', '5 AD']],
  ['MM/dd/yyyy', ['02/29/2019', '10/10/1582', '10/04/1582', '10/15/1582', '2/3/1000']],
  ['SSS', ['5', '005', '5000']],
  ['yyyy', ['12', '2017', '20171']],
  ['M', ['5', 'May']],
  ['MMM', ['5', 'may', 'Mayo', 'September', 'Sept']],
];

compare('dates parsed', [
  ...dateTexts.flatMap(([pattern, texts]) =>
    texts.map(text => ({
      title: `${text} by ${pattern}`,
      question: { op: 'parseDate', pattern, text },
      run: () => {
        const instant = new DatePattern(pattern).parse(text);
        return instant === undefined ? null : String(instant.epochMs);
      },
    })),
  ),
]);

/** Random patterns with random times, and what a pattern makes of a time as a text to parse. */
function randomDates(count: number): readonly { readonly pattern: string; readonly ms: string }[] {
  const random = createRandom(1_582);
  const fields = [
    'yyyy',
    'yy',
    'y',
    'MM',
    'M',
    'MMM',
    'MMMM',
    'dd',
    'd',
    'D',
    'HH',
    'H',
    'kk',
    'hh',
    'h',
    'KK',
    'a',
    'mm',
  ];
  const rest = [
    'ss',
    's',
    'SSS',
    'S',
    'EEE',
    'EEEE',
    'X',
    'XX',
    'XXX',
    'Z',
    'z',
    'G',
    '-',
    ' ',
    ':',
    "'T'",
    '/',
    '.',
    '',
  ];
  const parts = [...fields, ...rest];
  return Array.from({ length: count }, () => ({
    pattern: Array.from({ length: 1 + random(7) }, () => parts[random(parts.length)] ?? '').join(''),
    ms: String(BigInt(random(2 ** 31)) * 200_000n - 150_000_000_000_000n),
  }));
}

const dates = randomDates(1500);

compare('random dates formatted', [
  ...dates.map(({ pattern, ms }) => ({
    title: `${ms} as ${pattern}`,
    question: { op: 'formatDate', pattern, ms },
    run: () => new DatePattern(pattern).format(new Instant(BigInt(ms))),
  })),
]);

compare('random dates parsed', [
  // Years of two digits go by the present day, which is not Java's here; four Xs are an error.
  ...dates
    .filter(({ pattern }) => !/(?:^|[^y])yy?(?:$|[^y])|X{4}/.test(pattern))
    .map(({ pattern, ms }) => {
      const text = new DatePattern(pattern).format(new Instant(BigInt(ms)));
      return {
        title: `${text} by ${pattern}`,
        question: { op: 'parseDate', pattern, text },
        run: () => {
          const instant = new DatePattern(pattern).parse(text);
          return instant === undefined ? null : String(instant.epochMs);
        },
      };
    }),
]);
