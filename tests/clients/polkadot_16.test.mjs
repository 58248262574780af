import * as polkadot from './api-16/index.mjs';
import { polkadotSuite } from './lib/polkadot_suite.mjs';

polkadotSuite(polkadot, '16.5.6');
