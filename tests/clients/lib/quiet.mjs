// Import first: keeps polkadot.js from writing each refused transaction and each lost connection to the terminal. Errors still reach the caller.
const noise = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +(API-WS|RPC-CORE|API\/INIT|REGISTRY|VEC|DRR)/;

for (const level of ['log', 'warn', 'error']) {
  const write = console[level].bind(console);
  console[level] = (...words) => {
    if (!noise.test(words.map(String).join(' '))) write(...words);
  };
}
