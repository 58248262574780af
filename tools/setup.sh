# What a machine needs before the first build, installed only where it is missing. Sourced by ./dev.

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Packages of the arguments that are not installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p')
  grep -vxF -f <(printf '%s\n' "$installed") <(printf '%s\n' "$@") || true
}

# Waits for another apt to end, and tries again what a network loses on the way.
apt_install() {
  local options=(-o DPkg::Lock::Timeout=900 -o Acquire::Retries=5 -o Dpkg::Use-Pty=0) try
  for try in 1 2 3 4; do
    if as_root apt-get "${options[@]}" update &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "$@"; then
      return 0
    fi
    echo "apt-get failed, try $try of 4"
    sleep $((try * 5))
  done
  return 1
}

need_packages() {
  local name=$1 missing
  shift
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086 # one word per package
  step "$name ($(wc -w <<<"$missing") Debian packages)" apt \
    "Check the network and that Debian 12's security updates are enabled (bookworm-security holds clang 22 and Rust)." \
    apt_install $missing
}

node_is_new_enough() {
  local version
  version=$(node --version 2>/dev/null) && [ "${version#v}" != "$version" ] && [ "$(cut -d. -f1 <<<"${version#v}")" -ge 20 ]
}

# npm ci where the lock file changed since the last time.
npm_install() {
  local folder=$1 key
  key=$(sha256sum <"$folder/package-lock.json")
  [ "$(cat "$folder/node_modules/.lock-key" 2>/dev/null)" != "$key" ] || return 0
  npm_ci() {
    local try
    for try in 1 2 3; do
      (cd "$folder" && npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --no-update-notifier) && return 0
      sleep $((try * 5))
    done
    return 1
  }
  step "npm packages of ${folder#"$root"/}" "npm-$(tr / - <<<"${folder#"$root"/}")" "Check the network, then run the same command again." npm_ci
  echo "$key" >"$folder/node_modules/.lock-key"
}

setup_node() {
  if ! command -v npm >/dev/null; then need_packages "Node.js" nodejs npm; fi
  # Debian's Node.js is 18; clients need 20. The npm package "node-linux-*" carries the program.
  if ! node_is_new_enough; then
    npm_install "$root/tools/node"
    local bin
    bin=$(echo "$root"/tools/node/node_modules/node-linux-*/bin)
    export PATH=$bin:$PATH
    node_is_new_enough || die "no Node.js 20 or newer" "Install Node.js 20 or newer by hand and run the same command again."
  fi
  npm_install "$root/tools"
  npm_install "$root/tests/clients"
}

# The clients that only tests use: npm packages each in a folder of its own, since two versions in one tree share packages
# that must not be shared; a browser, a Python and a Rust client.
setup_clients() {
  setup_node
  local lock
  while read -r lock; do
    npm_install "$(dirname "$lock")"
  done < <(find "$root/tests" -name package-lock.json -not -path '*/node_modules/*')

  need_packages "Browser for its client" chromium
  need_packages "Python for its client" python3 python3-venv
  if ! PHALA_PYTHON_CLIENTS=$("$root/tools/python_clients.sh" --built); then
    step "Python packages of tests/clients/python" python "Check the network, then run the same command again." "$root/tools/python_clients.sh"
  fi
  step "Rust client of tests/clients/subxt (3 minutes on two cores, once)" subxt "Check the network, then run the same command again." \
    "$root/tools/build_subxt_client.sh"
  PHALA_SUBXT_CLIENT=$("$root/tools/build_subxt_client.sh")
  export PHALA_PYTHON_CLIENTS PHALA_SUBXT_CLIENT
}

setup() {
  command -v dpkg-query >/dev/null || die "this is no Debian" "The build is made for Debian 12: a container of debian:12 will do."
  # shellcheck disable=SC2046 # one word per package
  need_packages "Compilers and libraries" $(sed 's/#.*//' "$root/deps/apt.txt")
  "$root/tools/native_crates.sh" --check-rust 2>/dev/null || need_packages "Rust" rustc-web cargo-web
  setup_node
  local crates
  if ! crates=$("$root/tools/native_crates.sh" --built); then
    step "Wasmtime and cryptography (Rust crates, 4 to 7 minutes on two cores; kept in $crates)" crates \
      "Check the network and the disk (2 GB), then run the same command again." "$root/tools/native_crates.sh"
  fi
}
