# Sourced by the tests beside it: sets CHROMIUM, and makes target/browser with playwright-core in it.
# Chromium and npm are installed where they are missing and this user may.
work=$PWD/target/browser
mkdir -p "$work"
export DEBIAN_FRONTEND=noninteractive
if ! command -v npm > /dev/null; then
  apt-get update -qq && apt-get install -y -qq nodejs npm > /dev/null
fi
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
if [ -z "$CHROMIUM" ]; then
  apt-get update -qq && apt-get install -y -qq chromium > /dev/null
  CHROMIUM=$(command -v chromium)
fi
export CHROMIUM
# Node trusts its own certificates alone, unless told to trust those of the system.
system=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -f "$system" ]; then
  export NODE_EXTRA_CA_CERTS=$system
fi
cp tests/browser/package.json tests/browser/*.mjs "$work"
npm install --prefix "$work" --silent --no-audit --no-fund
