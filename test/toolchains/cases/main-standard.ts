import { shared } from './shared.js';
import { standard } from './standard.js';

console.log(JSON.stringify({ shared: await shared(), standard: await standard() }));
