export * from '@polkadot/api';
