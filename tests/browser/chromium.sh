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
cp tests/browser/package.json tests/browser/*.mjs "$work"
npm install --prefix "$work" --silent --no-audit --no-fund
