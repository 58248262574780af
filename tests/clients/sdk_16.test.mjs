// The same suite in an application that uses the newest @polkadot/api: our modules find their packages in sdk-16/.
import { register } from 'node:module';

register('./lib/resolve_16.mjs', import.meta.url);
const { sdkSuite } = await import('./lib/sdk_suite.mjs');

sdkSuite('16.5.6');
