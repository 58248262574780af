// The same suite in an application that uses the newest @polkadot/api: our modules find their packages in sdk-16/.
import { register } from 'node:module';

register('./lib/resolve_16.mjs', import.meta.url);
const { contractsSuite } = await import('./lib/contracts_suite.mjs');

contractsSuite('16.5.6');
