// What packages written for Node.js expect to find everywhere.
export { Buffer } from 'buffer';
export { default as process } from 'process/browser.js';
