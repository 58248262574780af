// Published Rust crates on the same workloads: what they must give (checksum), and the medians in nanoseconds that
// were measured on two virtual cores of an AMD EPYC on 2026-11-24. They are shown where no peer is measured beside us.
export const recorded = {
  'scale-decode-block': [38.22, 'a46ba395a84b9a7cec101a56e9e64841f915b8b34d25fe6048ca02d7d02f4d35,2477787632054528856'],
  'scale-encode-block': [32.14, 'a46ba395a84b9a7cec101a56e9e64841f915b8b34d25fe6048ca02d7d02f4d35,2477787632054528856'],
  'trie-build': [2760, 'd0effce15e303f325643c8766f5d9d5ff142fe4f1fdf46d12645419979d04f54'],
  'trie-update': [8150, '124ea05c68d50bdd84e540ad5ff4ca38e59e846ad2714404c6d399ae9fd44b39'],
  'trie-proof': [3090, '459,156250,5fa0ff4c6651493ced04fa7ee8fcc8c8eaecbeebacf38de5acefe4248faf53de'],
  'sr25519-verify': [28816, 'a4a4630c2a2c44450fd8370cf27d38a616939fdee016dc84bde8178add01c336'],
  'sr25519-verify-batch64': [16104, 'a4a4630c2a2c44450fd8370cf27d38a616939fdee016dc84bde8178add01c336'],
  'sr25519-agree': [24602, 'a13c26cc5b21aa44cd52959c2ebcd0ee25cc8ac502d17b96c654ed11cd546922'],
  'ed25519-verify': [28294, '8c6479cb457d43c188e4907053587e19cb5051427729da96da2e9b28e1bd3301'],
  'ecdsa-recover': [27023, 'd76196a906c74c2986be47c76cadc036ee92eaf32fc74c24a47635a516305440'],
  'blake2b-256-64': [164.0, 'e8ffc1555b65e36c8aff3eb327aacd839f05d997c2760a78b974f9cf52c3e70b'],
  'blake2b-256-4k': [4575, '6bc94c324b11a5da76a435f0eabd92f27b1d0c36756974641bb53a1ba16ad421'],
  'twox-128-16': [31.95, '2044c637c12357644f278ee6ccee347f6c77b4138c02aa3ad8b0ff5b660cc973'],
  'aes-gcm-1k': [553.3, 'b91d10b1cde283906047548602d6cc8ea1ed64486aef3c38a77a9435323bf1ea'],
};
