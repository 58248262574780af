import { sdkSuite } from './lib/sdk_suite.mjs';

sdkSuite('10.13.1');
