import { inferred, legacy } from './legacy.js';
import { shared } from './shared.js';

console.log(JSON.stringify({ shared: await shared(), legacy: await legacy(), inferred: await inferred() }));
