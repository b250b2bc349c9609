// One JSON Schema library in a process of its own: what its import, a first schema and a first check take, then each
// of many, in microseconds.
import { performance } from 'node:perf_hooks';
import { SCHEMA } from '../tool.mjs';

const library = process.argv[2];
const COMPILED = 500;
const CHECKED = 200_000;
const VALID = { city: 'Reykjavik', days: 3 };
const INVALID = { city: 7, hours: 3 };

const LIBRARIES = {
  '@cfworker/json-schema': async () => {
    const { Validator } = await import('@cfworker/json-schema');
    return (schema) => {
      const validator = new Validator(schema, '2020-12', false);
      return (value) => validator.validate(value).valid;
    };
  },
  ajv: async () => {
    const { default: Ajv } = await import('ajv/dist/2020.js');
    const ajv = new Ajv.default({ allErrors: true });
    return (schema) => ajv.compile(schema);
  },
};

let start = performance.now();
const compile = await LIBRARIES[library]();
const importMicros = lap();
// A copy each: both libraries remember a schema that they have seen.
const first = compile(structuredClone(SCHEMA));
const firstCompileMicros = lap();
if (first(VALID) !== true) throw new Error(`${library} refuses what is valid.`);
const firstCheckMicros = lap();
if (first(INVALID) !== false) throw new Error(`${library} accepts what is not valid.`);
const schemas = Array.from({ length: COMPILED }, () => structuredClone(SCHEMA));
lap();
for (const schema of schemas) compile(schema);
const compileMicros = lap() / COMPILED;
const validMicros = each(VALID);
const invalidMicros = each(INVALID);
process.stdout.write(
  JSON.stringify({ importMicros, firstCompileMicros, firstCheckMicros, compileMicros, validMicros, invalidMicros }),
);

function lap() {
  const now = performance.now();
  const micros = (now - start) * 1000;
  start = now;
  return micros;
}

function each(value) {
  for (let warmed = 0; warmed < CHECKED / 10; warmed += 1) first(value);
  lap();
  for (let checked = 0; checked < CHECKED; checked += 1) first(value);
  return lap() / CHECKED;
}
